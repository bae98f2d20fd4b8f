import { closeMicrophone, openMicrophone, type Refusal, refusalOf } from '../../phone/microphone';

/** Why nobody hears who calls from this page. */
export type MicrophoneProblem = Refusal | 'insecure' | 'off';

/** What the call sends. */
export interface Voice {
  stream: MediaStream;
  problem: MicrophoneProblem | null;
  close: () => void;
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
    const stream = await openMicrophone(null);
    return { stream, problem: null, close: () => closeMicrophone(stream) };
  } catch (error) {
    return silence(refusalOf(error));
  }
}
