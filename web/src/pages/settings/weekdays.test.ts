import { expect, it } from 'vitest';
import { weekdays } from './weekdays';

it('are told in the language of whoever reads', () => {
  expect(weekdays('Mon-Thu', 'de')).toBe('Mo – Do');
  expect(weekdays('Sun', 'da')).toBe('søn.');
  expect(weekdays('Mon-Sun', 'en-GB')).toBe('Mon – Sun');
});
