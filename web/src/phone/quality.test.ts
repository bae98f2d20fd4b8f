import { describe, expect, it } from 'vitest';
import { quality, type Sample, sample } from './quality';

const START: Sample = {
  at: 0,
  received: 1000,
  lost: 10,
  jitterMs: 2,
  roundTripMs: 40,
  lostThere: 0,
};
const later = (more: Partial<Sample>): Sample => ({
  ...START,
  at: 4000,
  received: START.received + 200,
  ...more,
});

describe('the quality of a talk', () => {
  it('is good while nothing is lost, and counts the last seconds only', () => {
    expect(quality(START, later({})).grade).toBe('good');
    const old = { ...START, lost: 900 };
    expect(quality(old, later({ lost: 900 })).grade).toBe('good');
  });

  it('names what people notice', () => {
    expect(quality(START, later({ lost: 20 }))).toMatchObject({ grade: 'fair', cause: 'loss' });
    expect(quality(START, later({ lost: 60 }))).toMatchObject({ grade: 'bad', cause: 'loss' });
    expect(quality(START, later({ jitterMs: 50 }))).toMatchObject({
      grade: 'fair',
      cause: 'jitter',
    });
    expect(quality(START, later({ roundTripMs: 700 }))).toMatchObject({
      grade: 'bad',
      cause: 'delay',
    });
    // What we say is lost on its way: the other side tells.
    expect(quality(START, later({ lostThere: 0.2 }))).toMatchObject({ grade: 'bad' });
  });

  it('says so when nothing arrives', () => {
    expect(quality(START, later({ received: START.received }))).toMatchObject({
      grade: 'none',
      cause: 'silent',
    });
  });

  it('is read from what a browser reports', () => {
    const report = [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: 1, jitter: 0.004 },
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 9, packetsLost: 9, jitter: 1 },
      { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 },
    ];
    expect(sample(report, 7)).toEqual({
      at: 7,
      received: 50,
      lost: 1,
      jitterMs: 4,
      roundTripMs: 20,
      lostThere: null,
    });
  });
});
