import { describe, expect, it } from 'vitest';
import { qualityOf } from './quality';

const leg = (more: object) => ({ received: 5_000, lost: 0, jitter_ms: 1, ...more });

describe('the quality of a leg', () => {
  it('is as good as G.711 gets where nothing is lost or late', () => {
    const best = qualityOf(leg({}));
    expect(best?.grade).toBe('good');
    expect(best?.mos).toBeCloseTo(4.38, 1);
    expect(best?.why).toBeNull();
  });

  it('falls with loss as ITU-T says it does', () => {
    // 1 % costs 3.6 points of R, 5 % costs 15.8, 20 % costs 42.
    const mos = (lost: number) => qualityOf(leg({ received: 10_000 - lost, lost }))?.mos ?? 0;
    expect(mos(100)).toBeCloseTo(4.3, 1);
    expect(mos(500)).toBeCloseTo(3.86, 1);
    expect(mos(2_000)).toBeCloseTo(2.55, 1);
    expect(qualityOf(leg({ received: 8_000, lost: 2_000 }))).toMatchObject({
      grade: 'bad',
      why: 'loss',
      loss: 0.2,
    });
  });

  it('falls with delay, and what jitter costs is delay', () => {
    expect(qualityOf(leg({ round_trip_ms: 100 }))?.grade).toBe('good');
    expect(qualityOf(leg({ round_trip_ms: 900 }))).toMatchObject({ why: 'delay' });
    expect(qualityOf(leg({ jitter_ms: 150 }))).toMatchObject({ why: 'jitter' });
  });

  it('is not known of a leg that was hardly heard', () => {
    expect(qualityOf({ received: 40, lost: 2, jitter_ms: 0 })).toBeNull();
  });
});
