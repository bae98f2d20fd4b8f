/** The microphone of a page, and what a browser says when it gives out none. */

/** Why there is none; there is something else to do each time. */
export type Refusal = 'refused' | 'missing' | 'busy';

export function refusalOf(error: unknown): Refusal {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}

/** A microphone; the chosen one if it is there, else any. */
export async function openMicrophone(id: string | null): Promise<MediaStream> {
  const own = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const audio = id ? { ...own, deviceId: { exact: id } } : own;
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    // The headset of yesterday is not plugged in.
    const name = error instanceof DOMException ? error.name : '';
    if (!id || (name !== 'OverconstrainedError' && name !== 'NotFoundError')) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: own });
  }
}

export function closeMicrophone(stream: MediaStream | null) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
