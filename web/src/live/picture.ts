import type { Schemas } from '../api/client';

export type QueueNow = Schemas['QueueNow'];
export type CallNow = Omit<Schemas['CallNow'], 'reason'> & { reason?: Reason | null };

/** What an agent does, as the live stream tells it. */
export interface AgentNow {
  agent: string;
  name: string;
  state: AgentState;
  reason?: string | null;
  since: string;
}

export const AGENT_STATES = [
  'offered',
  'talking',
  'engaged',
  'wrap_up',
  'ready',
  'missed',
  'paused',
  'offline',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Why a caller wants a person. */
export interface Reason {
  kind: 'asked' | 'silence' | 'wrong_keys' | 'routed' | 'fault' | 'transferred' | 'callback';
  what?: string;
}

export interface StepWhat {
  kind:
    | 'entered'
    | 'pressed'
    | 'wrong'
    | 'silent'
    | 'collected'
    | 'language'
    | 'answered'
    | 'tried'
    | 'failed';
  label?: string;
  key?: string;
  digits?: number;
  language?: string;
  found?: boolean;
  step?: string;
  answer?: string;
  what?: string;
}

/** One step on the caller's path. `at` since the call's start. */
export interface Step {
  at: { secs: number; nanos: number };
  node: string;
  what: StepWhat;
}

/** The context card. */
export interface Card {
  contact: string;
  line: string;
  language: string | null;
  caller: string;
  started: string;
  queue: string | null;
  reason: Reason | null;
  waited_s: number;
  subject: string | null;
  path: Step[];
  steps_forgotten: number;
  entries: Record<string, string>;
  failures: string[];
  /** Earlier contacts from this number; none: not known (yet). */
  history?: Earlier[] | null;
  /** What was promised to them and is not done. */
  owed?: Owed[] | null;
  /** What the books of the house say of them. */
  crm?: Crm | null;
}

export interface Earlier {
  contact: string;
  at: string;
  line: string;
  ended: string | null;
  agent: string | null;
  code: string | null;
  note: string | null;
  rated: { answer: number; of: string | number } | null;
}

export interface Owed {
  what: string;
  since: string;
  queue: string | null;
  title: string | null;
}

export interface Crm {
  state: 'asked' | 'known' | 'none' | 'late' | 'failed';
  name?: string | null;
  tier?: string | null;
  notes?: string | null;
  url?: string | null;
  fields?: { name: string; value: string }[];
}

/** Everything that goes on, as this user may see it. */
export interface Picture {
  agents: Readonly<Record<string, AgentNow>>;
  queues: Readonly<Record<string, QueueNow>>;
  calls: Readonly<Record<string, CallNow>>;
  /** Whom our own phone is about to ring for, or rings for, or talks to. */
  card: Card | null;
  /** Whom we talked to last. */
  last: string | null;
  /** Counts what was stored, so that lists know when to look again. */
  stored: number;
}

export const EMPTY: Picture = {
  agents: {},
  queues: {},
  calls: {},
  card: null,
  last: null,
  stored: 0,
};

interface Whole {
  agents: AgentNow[];
  queues: QueueNow[];
  calls: CallNow[];
}

function by<T>(items: readonly T[], key: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map((item) => [key(item), item]));
}

function without<T>(all: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _, ...rest } = all;
  return rest;
}

function isCall(data: unknown): data is CallNow {
  return typeof data === 'object' && data !== null && 'stage' in data && 'contact' in data;
}

/** The card goes with its call: it is kept while the phone rings and while they talk. */
function cardAfter(picture: Picture, mine: AgentNow): Pick<Picture, 'card' | 'last'> {
  const { card, last } = picture;
  switch (mine.state) {
    case 'offered':
      return { card, last };
    case 'talking':
      return { card, last: card?.contact ?? last };
    case 'wrap_up':
    case 'engaged':
    case 'ready':
    case 'paused':
    case 'missed':
    case 'offline':
      return { card: null, last };
  }
}

/** What an event makes of the picture. `me`: the agent who looks, if they are one. */
export function apply(picture: Picture, kind: string, data: unknown, me: string | null): Picture {
  switch (kind) {
    case 'picture': {
      const whole = data as Whole;
      const agents = by(whole.agents, (a) => a.agent);
      const calls = by(whole.calls, (c) => c.contact);
      // The card was told once. It holds for as long as its call is ours.
      const held = picture.card && calls[picture.card.contact];
      const ours = held && me !== null && held.agents.includes(me);
      return {
        ...picture,
        agents,
        queues: by(whole.queues, (q) => q.queue),
        calls,
        card: ours ? picture.card : null,
        stored: picture.stored + 1,
      };
    }
    case 'agent': {
      const agent = data as AgentNow;
      const agents = { ...picture.agents, [agent.agent]: agent };
      const more = agent.agent === me ? cardAfter(picture, agent) : {};
      return { ...picture, agents, ...more };
    }
    case 'queue': {
      const queue = data as QueueNow;
      return { ...picture, queues: { ...picture.queues, [queue.queue]: queue } };
    }
    case 'card':
      return { ...picture, card: data as Card };
    default:
      return other(picture, kind, data, me);
  }
}

/** What lists and records are looked at anew for. */
const STORED = /^(message|callback|task|chat|approval)\.|^contact\.(recording|transfer_failed)$/;

function other(picture: Picture, kind: string, data: unknown, me: string | null): Picture {
  const stored = STORED.test(kind) ? picture.stored + 1 : picture.stored;
  if (!isCall(data)) return { ...picture, stored };
  const call = data;
  const mine = me !== null && call.agents.includes(me);
  if (kind === 'contact.ended') {
    const last = mine ? data.contact : picture.last;
    return { ...picture, calls: without(picture.calls, data.contact), last, stored };
  }
  const gone = picture.card?.contact === data.contact && !mine && kind === 'contact.missed';
  return {
    ...picture,
    calls: { ...picture.calls, [data.contact]: call },
    card: gone ? null : picture.card,
    stored,
  };
}

/**
 * Drops calls that the server does not list (any more): who sees some queues only is not told when
 * a call goes to another. `changed` of a call after `asked` stays: the list is older.
 */
export function reconcile(
  picture: Picture,
  listed: readonly Pick<CallNow, 'contact'>[],
  changed: ReadonlyMap<string, number>,
  asked: number,
): Picture {
  const there = new Set(listed.map((c) => c.contact));
  const kept = Object.values(picture.calls).filter(
    (c) => there.has(c.contact) || (changed.get(c.contact) ?? 0) >= asked,
  );
  if (kept.length === Object.keys(picture.calls).length) return picture;
  return { ...picture, calls: by(kept, (c) => c.contact) };
}

/** Those who wait for a person, who waits longest first. */
export function waiting(picture: Picture): CallNow[] {
  const all = Object.values(picture.calls).filter(
    (c) =>
      c.waiting_since && (c.stage === 'waiting' || c.stage === 'offered' || c.stage === 'menu'),
  );
  return all.sort((a, b) => (a.waiting_since ?? '').localeCompare(b.waiting_since ?? ''));
}

/** The call that this agent's phone rings for, or that they have. */
export function callOf(picture: Picture, agent: string): CallNow | undefined {
  return Object.values(picture.calls).find((c) => c.agents.includes(agent));
}
