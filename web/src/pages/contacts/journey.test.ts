import { describe, expect, it } from 'vitest';
import { marks, segments, within } from './journey';
import type { TimelineEvent } from './timeline';

const at = (at_ms: number, event: string, more: Partial<TimelineEvent> = {}): TimelineEvent => ({
  at_ms,
  event,
  ...more,
});
const pressed = (ms: number) =>
  at(ms, 'step', {
    step: { at: { secs: 0, nanos: 0 }, node: 'welcome', what: { kind: 'pressed', key: '2' } },
  });
const events = [
  at(0, 'started'),
  at(20, 'answered'),
  pressed(3_000),
  at(5_000, 'queued', { reason: { kind: 'asked' } }),
  at(8_000, 'offered'),
  at(9_000, 'connected'),
  at(15_000, 'held', { by: 'caller' }),
  at(18_000, 'resumed', { by: 'caller' }),
  at(30_000, 'ended'),
];

describe('a journey', () => {
  it('is menu, wait, talk and hold, one after the other', () => {
    expect(segments(events)).toEqual([
      { phase: 'menu', from: 0, to: 5_000 },
      { phase: 'wait', from: 5_000, to: 9_000 },
      { phase: 'talk', from: 9_000, to: 15_000 },
      { phase: 'hold', from: 15_000, to: 18_000 },
      { phase: 'talk', from: 18_000, to: 30_000 },
    ]);
  });

  it('goes on to its last event where it is not over, and through a look back', () => {
    const going = [
      at(0, 'started'),
      at(1_000, 'queued'),
      at(4_000, 'looked_back'),
      at(6_000, 'queued'),
      at(9_000, 'offered'),
    ];
    expect(segments(going).map((s) => [s.phase, s.to])).toEqual([
      ['menu', 1_000],
      ['wait', 4_000],
      ['menu', 6_000],
      ['wait', 9_000],
    ]);
    expect(segments([])).toEqual([]);
  });

  it('has marks where a key was pressed and people came, told by the clock of a recording', () => {
    const all = marks(events);
    expect(all.map((m) => [m.at, m.kind])).toEqual([
      [3_000, 'key'],
      [5_000, 'key'],
      [9_000, 'people'],
      [15_000, 'people'],
      [18_000, 'people'],
    ]);
    expect(within(all, 9_500, 10_000).map((m) => m.at)).toEqual([5_500, 8_500]);
  });
});
