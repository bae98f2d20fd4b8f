/** Devices, a ring, and how loud a microphone is. */

/** Devices of the system; their names are known once the microphone was allowed. */
export interface Device {
  id: string;
  name: string;
}

export interface Devices {
  microphones: Device[];
  speakers: Device[];
}

export const NO_DEVICES: Devices = { microphones: [], speakers: [] };

export async function devices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => null)) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((d) => d.kind === kind && d.deviceId !== '' && d.deviceId !== 'default')
      .map((d) => ({ id: d.deviceId, name: d.label }));
  return { microphones: of('audioinput'), speakers: of('audiooutput') };
}

type Sink = { setSinkId?: (id: string) => Promise<void> };

/**
 * Where a sound comes out; where browsers do not let us choose it is the system's choice, as where the
 * device is gone. Whether it comes out where it was to.
 */
export async function putOut(
  place: HTMLAudioElement | AudioContext,
  id: string | null,
): Promise<boolean> {
  const sink = place as unknown as Sink;
  if (!sink.setSinkId) return !id;
  try {
    await sink.setSinkId(id ?? '');
    return true;
  } catch {
    if (id) await sink.setSinkId('').catch(() => {});
    return false;
  }
}

/** Two tones and a pause, for as long as it rings. */
export class Ring {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  start(device: string | null) {
    if (this.timer) return;
    const context = new AudioContext();
    this.context = context;
    void putOut(context, device);
    // A page that nobody has touched yet may not make a sound: it does when somebody does.
    void context.resume().catch(() => {});
    const once = () => {
      const at = context.currentTime;
      burst(context, at, 784);
      burst(context, at + 0.22, 988);
      burst(context, at + 0.44, 784);
    };
    once();
    this.timer = setInterval(once, 2_500);
  }

  stop() {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    void this.context?.close().catch(() => {});
    this.context = null;
  }
}

function burst(context: AudioContext, at: number, frequency: number) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.25, at + 0.02);
  gain.gain.setValueAtTime(0.25, at + 0.14);
  gain.gain.linearRampToValueAtTime(0, at + 0.2);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.22);
}

/** Tells ten times in a second how loud it is, 0 to 1, until the answer is called. */
export function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const data = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(data);
    let sum = 0;
    for (const s of data) sum += s * s;
    const decibels = 10 * Math.log10(sum / data.length + 1e-10);
    // A quiet room is at -60, a voice at -20.
    tell(Math.min(1, Math.max(0, (decibels + 60) / 50)));
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close().catch(() => {});
  };
}
