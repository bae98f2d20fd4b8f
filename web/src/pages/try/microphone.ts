/** Why nobody hears who calls from this page. */
export type MicrophoneProblem = 'insecure' | 'denied' | 'missing' | 'busy' | 'off';

/** What the call sends. */
export interface Voice {
  stream: MediaStream;
  problem: MicrophoneProblem | null;
  close: () => void;
}

/** What a browser's refusal means. */
export function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default:
      return 'busy';
  }
}

/** Silence, for who has no microphone: they hear everything and press keys all the same. */
function silence(problem: MicrophoneProblem): Voice {
  const context = new AudioContext();
  const to = context.createMediaStreamDestination();
  // Something must run, however silent: keys are told in the stream of voice.
  const tone = context.createConstantSource();
  const off = context.createGain();
  off.gain.value = 0;
  tone.connect(off).connect(to);
  tone.start();
  void context.resume();
  const { stream } = to;
  return { stream, problem, close: () => void context.close() };
}

/** The microphone, or silence and why. Browsers give it to secure pages only. */
export async function openVoice(wanted: boolean): Promise<Voice> {
  if (!wanted) return silence('off');
  if (!navigator.mediaDevices) return silence('insecure');
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const close = () => {
      for (const track of stream.getTracks()) track.stop();
    };
    return { stream, problem: null, close };
  } catch (error) {
    return silence(problemOf(error));
  }
}
