import type { Reason, Step } from '../../live/picture';

/** How far a call from this page is. */
export type TryStage =
  | 'idle'
  | 'preparing'
  | 'calling'
  | 'menu'
  | 'waiting'
  | 'offered'
  | 'talking'
  | 'held'
  | 'message'
  | 'over';

/** A prompt, as the server tells it. */
export interface Prompt {
  name: string;
  words: string | null;
  language: string | null;
  length_ms: number;
}

/** One line of what is heard and done. `at`: when it begins, by this page's clock. */
export type Line =
  | {
      kind: 'said';
      at: number;
      prompts: readonly (Prompt & { at: number })[];
      repeat: boolean;
      /** Something else came in between. */
      cut: number | null;
    }
  | { kind: 'key'; at: number; key: string; unknown: boolean }
  | { kind: 'note'; at: number; what: Note };

/** Something that is worth a line beside what is said. */
export type Note =
  | { kind: 'queued'; reason: Reason; queue: string }
  | { kind: 'place'; position: number; low: number | null; high: number | null }
  | { kind: 'offered' }
  | { kind: 'missed' }
  | { kind: 'connected'; agent: string }
  | { kind: 'held' }
  | { kind: 'resumed' }
  | { kind: 'silent' }
  | { kind: 'asked'; node: string }
  | { kind: 'message_stored' }
  | { kind: 'callback_stored' }
  | { kind: 'fault' }
  | { kind: 'ended'; verdict: string };

export interface Place {
  position: number;
  /** Seconds, between which the wait will probably be; `null`: too little is known. */
  low: number | null;
  high: number | null;
}

/** A call from this page, and what is known of it. */
export interface Trying {
  stage: TryStage;
  contact: string | null;
  /** When it was answered. */
  answered: number | null;
  /** Where in the line; `people`: with those behind 0, or on the way there. */
  node: string | null;
  people: boolean;
  /** Where it was before. */
  been: readonly string[];
  lines: readonly Line[];
  place: Place | null;
  /** Since when a person is waited for. */
  waits: number | null;
  agent: string | null;
  verdict: string | null;
}

export const IDLE: Trying = {
  stage: 'idle',
  contact: null,
  answered: null,
  node: null,
  people: false,
  been: [],
  lines: [],
  place: null,
  waits: null,
  agent: null,
  verdict: null,
};

/** So many lines of a long call are kept. */
const LINES = 400;

function said(prompts: readonly Prompt[], repeat: boolean, at: number): Line {
  let next = at;
  const placed = prompts.map((prompt) => {
    const begins = next;
    next += prompt.length_ms;
    return { ...prompt, at: begins };
  });
  return { kind: 'said', at, prompts: placed, repeat, cut: null };
}

/** When a line of prompts is over by itself. */
function over(line: Line): number {
  if (line.kind !== 'said') return line.at;
  if (line.repeat) return Number.POSITIVE_INFINITY;
  const last = line.prompts.at(-1);
  return last ? last.at + last.length_ms : line.at;
}

/** Nothing is said any more: what had not begun was never heard. */
function hush(lines: readonly Line[], now: number): Line[] {
  return lines.flatMap((line): Line[] => {
    if (line.kind !== 'said' || line.cut !== null || over(line) <= now) return [line];
    const prompts = line.prompts.filter((p) => p.at < now);
    return prompts.length > 0 ? [{ ...line, prompts, cut: now }] : [];
  });
}

function noted(trying: Trying, what: Note, at: number): Trying {
  return { ...trying, lines: [...trying.lines, { kind: 'note', at, what } as const].slice(-LINES) };
}

function stepped(trying: Trying, step: Step, now: number): Trying {
  switch (step.what.kind) {
    case 'entered':
      return {
        ...trying,
        stage: 'menu',
        node: step.node,
        people: false,
        waits: null,
        been: trying.been.includes(step.node) ? trying.been : [...trying.been, step.node],
      };
    case 'silent':
      return noted(trying, { kind: 'silent' }, now);
    case 'wrong': {
      const { key } = step.what;
      const last = trying.lines.findLastIndex((l) => l.kind === 'key' && l.key === key);
      return {
        ...trying,
        lines: trying.lines.map((line, i) =>
          i === last && line.kind === 'key' ? { ...line, unknown: true } : line,
        ),
      };
    }
    default:
      return trying;
  }
}

/** The person at this page pressed a key. */
export function pressed(trying: Trying, key: string, now: number): Trying {
  const line: Line = { kind: 'key', at: now, key, unknown: false };
  return { ...trying, lines: [...trying.lines, line].slice(-LINES) };
}

/** What an event of the server makes of it. */
export function apply(trying: Trying, kind: string, data: unknown, now: number): Trying {
  const told = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  switch (kind) {
    case 'begun':
      return { ...trying, contact: String(told.contact) };
    case 'answered':
      return { ...trying, stage: 'menu', answered: trying.answered ?? now };
    case 'playing': {
      const line = said(told.prompts as Prompt[], told.repeat === true, now);
      return { ...trying, lines: [...hush(trying.lines, now), line].slice(-LINES) };
    }
    case 'stopped':
      return { ...trying, lines: hush(trying.lines, now) };
    case 'step':
      return stepped(trying, data as Step, now);
    case 'queued': {
      const note: Note = {
        kind: 'queued',
        queue: String(told.queue),
        reason: told.reason as Reason,
      };
      const waits = trying.waits ?? now;
      return noted({ ...trying, stage: 'waiting', people: true, waits, agent: null }, note, now);
    }
    case 'looked_back':
      return { ...trying, stage: 'menu', people: false };
    case 'talk_ended':
      return { ...trying, stage: 'menu', people: false, agent: null };
    case 'place': {
      const seconds = (value: unknown) => (typeof value === 'number' ? value : null);
      const place: Place = {
        position: Number(told.position),
        low: seconds(told.low_s),
        high: seconds(told.high_s),
      };
      const same = trying.place?.position === place.position && trying.place?.high === place.high;
      const next = { ...trying, place };
      return same ? next : noted(next, { kind: 'place', ...place }, now);
    }
    case 'offered':
      return noted({ ...trying, stage: 'offered' }, { kind: 'offered' }, now);
    case 'missed':
      return noted({ ...trying, stage: 'waiting' }, { kind: 'missed' }, now);
    case 'connected': {
      const agent = String(told.agent);
      const lines = hush(trying.lines, now);
      const next: Trying = { ...trying, lines, stage: 'talking', agent, place: null, waits: null };
      return noted({ ...next, people: true }, { kind: 'connected', agent }, now);
    }
    case 'held':
      return noted({ ...trying, stage: 'held' }, { kind: 'held' }, now);
    case 'resumed':
      return noted({ ...trying, stage: 'talking' }, { kind: 'resumed' }, now);
    case 'agent_lost':
      return { ...trying, stage: 'waiting', agent: null, waits: now };
    case 'overflowed':
      return {
        ...trying,
        place: null,
        ...(told.to === 'message' ? { stage: 'message' } : {}),
        ...(told.to === 'callback' ? { stage: 'menu', people: false } : {}),
      };
    case 'message_stored':
      return noted(trying, { kind: 'message_stored' }, now);
    case 'callback_stored':
      return noted(trying, { kind: 'callback_stored' }, now);
    case 'fault':
      return noted(trying, { kind: 'fault' }, now);
    case 'pressed':
      return pressed(trying, String(told.key), now);
    case 'asked':
      return noted(trying, { kind: 'asked', node: String(told.node) }, now);
    case 'ended': {
      const verdict = String(told.verdict);
      const ended: Trying = { ...trying, lines: hush(trying.lines, now), verdict };
      return noted(hungUp(ended, now), { kind: 'ended', verdict }, now);
    }
    default:
      return trying;
  }
}

/** The call is over, as the phone in the page knows it. */
export function hungUp(trying: Trying, now: number): Trying {
  return {
    ...trying,
    stage: 'over',
    lines: hush(trying.lines, now),
    place: null,
    waits: null,
  };
}

/** The lines as far as they have been heard. */
export function heard(trying: Trying, now: number): Line[] {
  return trying.lines.flatMap((line): Line[] => {
    if (line.kind !== 'said') return line.at <= now ? [line] : [];
    const prompts = line.prompts.filter((p) => p.at <= now);
    return prompts.length > 0 ? [{ ...line, prompts }] : [];
  });
}

/** Whether something is being said at this moment: then there may be more to show soon. */
export function speaks(trying: Trying, now: number): boolean {
  return trying.lines.some((l) => l.kind === 'said' && l.cut === null && over(l) > now);
}
