import { expect, it } from 'vitest';
import { dayEnd, dayStart } from './days';

const HOUR = 3_600_000;

it('tells a day by the clock here, also when the clocks change', () => {
  process.env.TZ = 'Europe/Berlin';
  const length = (day: string) => (Date.parse(dayEnd(day)) - Date.parse(dayStart(day))) / HOUR;
  expect(dayStart('2026-11-29')).toBe('2026-11-28T23:00:00.000Z');
  expect(length('2026-11-29')).toBe(24);
  expect(length('2026-03-29')).toBe(23);
  expect(length('2026-10-25')).toBe(25);
  expect(dayEnd('2026-12-31')).toBe('2026-12-31T23:00:00.000Z');
});

it('finds nothing for what is no day', () => {
  expect(dayStart('x')).toBe('1970-01-01T00:00:00.000Z');
});
