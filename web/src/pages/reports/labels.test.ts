import { describe, expect, it } from 'vitest';
import { intervalLabels, knownZone, stampOf } from './labels';

const hours = (from: string, count: number) =>
  Array.from({ length: count }, (_, n) => new Date(Date.parse(from) + n * 3_600_000).toISOString());

describe('the names of intervals', () => {
  it('are by the clock of the zone', () => {
    const begins = hours('2026-11-29T23:00:00Z', 3);
    expect(intervalLabels(begins, 'hour', 'de', 'Europe/Copenhagen')).toEqual([
      '00:00',
      '01:00',
      '02:00',
    ]);
  });

  it('tell the two apart that there are when clocks go back, and miss none when they go ahead', () => {
    const back = intervalLabels(
      hours('2026-10-24T22:00:00Z', 25),
      'hour',
      'de',
      'Europe/Copenhagen',
    );
    expect(back.slice(1, 5)).toEqual(['01:00', '02:00 GMT+2', '02:00 GMT+1', '03:00']);
    expect(new Set(back).size).toBe(25);
    const ahead = intervalLabels(
      hours('2026-03-28T23:00:00Z', 23),
      'hour',
      'de',
      'Europe/Copenhagen',
    );
    expect(ahead.slice(1, 4)).toEqual(['01:00', '03:00', '04:00']);
  });

  it('have the day where there are several', () => {
    const [first] = intervalLabels(hours('2026-11-29T23:00:00Z', 30), 'hour', 'en-GB', 'UTC');
    expect(first).toContain('29');
    expect(intervalLabels(['2026-11-01T00:00:00Z'], 'month', 'en-GB', 'UTC')).toEqual(['Nov 2026']);
  });

  it('are in UTC where the browser does not know the zone, and that is what is said', () => {
    expect(knownZone('Nowhere/Else')).toBe('UTC');
    expect(stampOf('2026-11-29T23:00:00Z', 'en-GB', 'Nowhere/Else')).toBe('29 Nov 2026, 23:00');
  });
});
