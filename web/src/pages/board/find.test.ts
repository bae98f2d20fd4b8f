import { expect, it } from 'vitest';
import type { CallNow } from '../../live/picture';
import { fits } from './find';

const call = {
  contact: 'c1',
  caller: '+4930901820',
  line: 'support',
  node: 'bill',
  queue: 'Sales',
  agents: ['anna'],
} as CallNow;

it('finds a call by what the board shows of it', () => {
  for (const wanted of ['', ' ', 'sales', 'BILL anna', 'supp']) {
    expect(fits(call, wanted), wanted).toBe(true);
  }
  for (const wanted of ['berta', 'bill berta']) expect(fits(call, wanted), wanted).toBe(false);
});

it('does not tell the digits that are not shown', () => {
  expect(fits(call, '4930')).toBe(false);
});
