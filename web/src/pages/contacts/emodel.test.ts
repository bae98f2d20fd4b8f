import { describe, expect, it } from 'vitest';
import { mosOf, rate } from './emodel';

describe('the E-model', () => {
  it('has the MOS of each R that ITU-T G.107, table B.1, names', () => {
    for (const [r, mos] of [
      [90, 4.34],
      [80, 4.03],
      [70, 3.6],
      [60, 3.1],
      [50, 2.58],
    ] as const)
      expect(Math.abs(mosOf(r) - mos)).toBeLessThan(0.01);
    expect([mosOf(-5), mosOf(0), mosOf(100), mosOf(120)]).toEqual([1, 1, 4.5, 4.5]);
  });

  it('gives G.711 what ITU-T G.107 does', () => {
    // R of 93.2 with all defaults is 4.41.
    expect(rate('PCMU', 0, 0).mos).toBeCloseTo(4.41, 2);
    expect(rate('PCMA', 0, 0).mos).toBe(rate('PCMU', 0, 0).mos);
    // Ie,eff of 1 % is 3.64, of 5 % 15.78: R of 89.56 and 77.42.
    expect(rate('PCMU', 0.01, 0).mos).toBeCloseTo(4.33, 2);
    expect(rate('PCMU', 0.05, 0).mos).toBeCloseTo(3.92, 2);
    // 150 ms beyond the bend cost 16.5, and the whole way 7.86: R of 68.84.
    expect(rate('PCMU', 0, 327.3).mos).toBeCloseTo(mosOf(68.84), 2);
  });

  it('gives G.722 what ITU-T G.107.1 and G.113 do', () => {
    // Ie,WB of 13 leaves 116 of 129: 4.34.
    const clean = rate('G722', 0, 0);
    expect(clean.mos).toBeCloseTo(4.337, 3);
    expect(clean.band).toBe('wide');
    // 1 %: Ie,eff of 28.47 leaves 100.53 of 129, 77.93 of 100.
    expect(rate('G722', 0.01, 0).mos).toBeCloseTo(mosOf(77.93), 2);
  });

  it('gives Opus what was measured of it, on the scale of ITU-T G.107.2', () => {
    // Ie,FB of 16.83 leaves 131.17 of 148: 4.3.
    const clean = rate('opus', 0, 0);
    expect(clean.mos).toBeCloseTo(4.3, 2);
    expect(clean.band).toBe('full');
    // 1 %: Ie,eff of 26.9, 81.83 of 100 are left; 5 %: of 54.13, 63.43.
    expect(rate('opus', 0.01, 0).mos).toBeCloseTo(mosOf(81.83), 2);
    expect(rate('opus', 0.05, 0).mos).toBeCloseTo(mosOf(63.43), 2);
  });

  it('never leaves the scale, and loss and delay always cost', () => {
    for (const codec of ['PCMU', 'G722', 'opus', undefined] as const) {
      let before = 5;
      for (const share of [0, 0.01, 0.05, 0.2, 0.5, 1]) {
        const { mos } = rate(codec, share, 100);
        expect(mos).toBeLessThan(before);
        expect(mos).toBeGreaterThanOrEqual(1);
        expect(rate(codec, share, 400).mos).toBeLessThanOrEqual(mos);
        before = mos === 1 ? 1.001 : mos;
      }
    }
  });

  it('takes a leg of an older record for G.711', () => {
    expect(rate(undefined, 0.02, 60)).toEqual(rate('PCMU', 0.02, 60));
  });
});
