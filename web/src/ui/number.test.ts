import { expect, test } from 'vitest';
import { masked, told } from './number';

test('who withholds their number has none', () => {
  expect(['+4530901820', '…20', 'anonymous', 'Anonymous', '', null, undefined].map(told)).toEqual([
    '+4530901820',
    '…20',
    '',
    '',
    '',
    '',
    '',
  ]);
  expect(masked('+4530901820')).toBe('…20');
});
