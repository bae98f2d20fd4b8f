import type { TimelineEvent } from './timeline';

/** What a caller was in the middle of. */
export type Phase = 'menu' | 'wait' | 'talk' | 'hold';

export interface Segment {
  phase: Phase;
  from: number;
  to: number;
}

/** A moment that is worth a mark. */
export interface Mark {
  at: number;
  kind: 'key' | 'fault' | 'people';
  event: TimelineEvent;
}

/** What comes next at this event; nothing: it goes on as it was. */
function phaseAfter(event: TimelineEvent, now: Phase | null): Phase | null | undefined {
  switch (event.event) {
    case 'started':
    case 'looked_back':
    // The caller is still there, and is asked how it was.
    case 'talk_ended':
      return 'menu';
    case 'queued':
    case 'agent_lost':
    case 'calling_back':
      return 'wait';
    case 'connected':
      return 'talk';
    case 'held':
      return now === 'talk' ? 'hold' : undefined;
    case 'resumed':
      return now === 'hold' ? 'talk' : undefined;
    case 'ended':
      return null;
    default:
      return undefined;
  }
}

/** The contact as a strip: one piece after the other, from its start to its end or to the last event. */
export function segments(events: readonly TimelineEvent[]): Segment[] {
  const all: Segment[] = [];
  let open = null as { phase: Phase; from: number } | null;
  const close = (at: number) => {
    if (open && at > open.from) all.push({ ...open, to: at });
  };
  for (const event of events) {
    const phase = phaseAfter(event, open?.phase ?? null);
    if (phase === undefined || phase === open?.phase) continue;
    close(event.at_ms);
    open = phase === null ? null : { phase, from: event.at_ms };
  }
  close(events.at(-1)?.at_ms ?? 0);
  return all;
}

function kindOf(event: TimelineEvent): Mark['kind'] | null {
  switch (event.event) {
    case 'step':
      return typeof event.step === 'object' && event.step.what.kind !== 'entered' ? 'key' : null;
    case 'queued':
      return event.reason?.kind === 'asked' ? 'key' : null;
    case 'fault':
    case 'agent_lost':
    case 'transfer_failed':
      return 'fault';
    case 'connected':
    case 'talk_ended':
    case 'held':
    case 'resumed':
    case 'joined':
    case 'parted':
    case 'consulted':
    case 'transfer_started':
    case 'transferred':
    case 'recording':
      return 'people';
    default:
      return null;
  }
}

/** What is marked along the strip. */
export function marks(events: readonly TimelineEvent[]): Mark[] {
  return events.flatMap((event) => {
    const kind = kindOf(event);
    return kind ? [{ at: event.at_ms, kind, event }] : [];
  });
}

/** The marks within a recording, by its own clock. */
export function within(all: readonly Mark[], begins: number, length: number): Mark[] {
  return all
    .map((mark) => ({ ...mark, at: mark.at - begins }))
    .filter((mark) => mark.at >= 0 && mark.at <= length);
}
