import { describe, expect, it } from 'vitest';
import { localeOf } from './locale';
import { clock, moment } from './time';

describe('times', () => {
  it('are told as clocks do', () => {
    expect([0, 42_900, 725_000, 3_723_000].map(clock)).toEqual([
      '0:00',
      '0:42',
      '12:05',
      '1:02:03',
    ]);
    // The server's clock may be a little ahead.
    expect(clock(-300)).toBe('0:00');
  });

  it('are told with the date when it is not today, as the language has it', () => {
    const at = '2026-11-29T18:30:00';
    const today = Date.parse('2026-11-29T20:00:00');
    const later = Date.parse('2026-12-01T20:00:00');
    expect(moment(at, 'de', today)).toBe('18:30');
    expect(moment(at, 'de', later)).toContain('29.11.2026');
    expect(moment(at, 'en', later)).toContain('Nov 29, 2026');
  });
});

it('follow the country of the browser where it speaks the chosen language', () => {
  expect(localeOf('en', ['en-GB', 'de-AT'])).toBe('en-GB');
  expect(localeOf('de', ['en-GB', 'de-AT'])).toBe('de-AT');
  expect(localeOf('da', ['en-GB'])).toBe('da');
});
