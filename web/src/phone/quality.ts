/** How well two people hear each other. */
export type Grade = 'good' | 'fair' | 'bad' | 'none';
/** What is wrong with it, where something is. */
export type Cause = 'loss' | 'jitter' | 'delay' | 'silent';

export interface Quality {
  grade: Grade;
  cause: Cause | null;
  /** Of the last seconds: share of packets lost, 0 to 1, the worse of both ways. */
  loss: number;
  jitterMs: number;
  roundTripMs: number | null;
}

/** What was counted up to one moment. */
export interface Sample {
  at: number;
  received: number;
  lost: number;
  jitterMs: number;
  roundTripMs: number | null;
  /** What the other side tells of what we send: 0 to 1. */
  lostThere: number | null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** What a browser's report says of the one talk. */
export function sample(report: Iterable<Record<string, unknown>>, at: number): Sample {
  const told: Sample = {
    at,
    received: 0,
    lost: 0,
    jitterMs: 0,
    roundTripMs: null,
    lostThere: null,
  };
  for (const stats of report) {
    if (stats.kind !== 'audio' && stats.type !== 'candidate-pair') continue;
    if (stats.type === 'inbound-rtp') {
      told.received += number(stats.packetsReceived) ?? 0;
      told.lost += number(stats.packetsLost) ?? 0;
      told.jitterMs = Math.max(told.jitterMs, (number(stats.jitter) ?? 0) * 1000);
    } else if (stats.type === 'remote-inbound-rtp') {
      told.lostThere = number(stats.fractionLost);
      const there = number(stats.roundTripTime);
      if (there !== null) told.roundTripMs = there * 1000;
    } else if (stats.type === 'candidate-pair' && stats.nominated === true) {
      const pair = number(stats.currentRoundTripTime);
      if (pair !== null && told.roundTripMs === null) told.roundTripMs = pair * 1000;
    }
  }
  return told;
}

/** From where on people notice, and from where on they do not understand each other any more. */
const LIMITS = {
  loss: [0.02, 0.08],
  jitter: [30, 80],
  delay: [300, 600],
} as const;

/** The talk between two samples. */
export function quality(before: Sample, now: Sample): Quality {
  const received = Math.max(0, now.received - before.received);
  const lost = Math.max(0, now.lost - before.lost);
  const here = received + lost > 0 ? lost / (received + lost) : 0;
  const loss = Math.max(here, now.lostThere ?? 0);
  const figures = { loss, jitterMs: now.jitterMs, roundTripMs: now.roundTripMs };
  if (received === 0 && now.at > before.at) return { grade: 'none', cause: 'silent', ...figures };
  const values = { loss, jitter: now.jitterMs, delay: now.roundTripMs ?? 0 };
  for (const [grade, limit] of [
    ['bad', 1],
    ['fair', 0],
  ] as const) {
    for (const cause of ['loss', 'jitter', 'delay'] as const) {
      if (values[cause] > LIMITS[cause][limit]) return { grade, cause, ...figures };
    }
  }
  return { grade: 'good', cause: null, ...figures };
}
