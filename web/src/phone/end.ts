import type { EndEvent } from 'jssip/lib/RTCSession';

/** Why a call of a page did not come about, or is over. */
export type CallEnd =
  | { why: 'over' }
  /** The server has as many calls as it takes. Seconds, if it said so. */
  | { why: 'full'; again: number | null }
  /** Nothing answers where calls go. */
  | { why: 'unreachable' }
  /** Signalling works, voice does not find its way. */
  | { why: 'voice' }
  /** The two sides do not agree any more on what there is between them. */
  | { why: 'broken' }
  | { why: 'refused'; status: number };

/** What an end that JsSIP tells means. */
export function endOf(event: Pick<EndEvent, 'cause' | 'originator' | 'message'>): CallEnd {
  const message = event.message as
    | { status_code?: number; getHeader?: (name: string) => string | undefined }
    | undefined;
  const status = message?.status_code;
  if (status === 503) {
    const again = Number.parseInt(message?.getHeader?.('Retry-After') ?? '', 10);
    return { why: 'full', again: Number.isNaN(again) ? null : again };
  }
  if (status !== undefined && status >= 300) return { why: 'refused', status };
  switch (event.cause) {
    case 'Connection Error':
    case 'Request Timeout':
      return { why: 'unreachable' };
    case 'WebRTC Error':
    case 'Bad Media Description':
    case 'RTP Timeout':
      return { why: 'voice' };
    case 'Dialog Error':
    case 'Internal Error':
      return { why: 'broken' };
    default:
      return { why: 'over' };
  }
}

/** It ended, and nobody meant to end it. */
export function isBroken({ why }: CallEnd): boolean {
  return why === 'unreachable' || why === 'voice' || why === 'broken';
}
