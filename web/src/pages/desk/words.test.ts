import { expect, it } from 'vitest';
import type { Step, StepWhat } from '../../live/picture';
import { stops } from './words';

const step = (node: string, what: StepWhat): Step => ({ at: { secs: 1, nanos: 0 }, node, what });

it('gathers what a caller did at each node', () => {
  const path = stops([
    step('welcome', { kind: 'entered', label: 'Welcome' }),
    step('welcome', { kind: 'wrong', key: '7' }),
    step('welcome', { kind: 'pressed', key: '1' }),
    step('billing', { kind: 'entered', label: 'Billing' }),
    step('billing', { kind: 'pressed', key: '0' }),
  ]);
  expect(path.map((s) => [s.label, s.did.length])).toEqual([
    ['Welcome', 2],
    ['Billing', 1],
  ]);
});

it('keeps steps whose beginning was forgotten', () => {
  expect(stops([step('deep', { kind: 'silent' })])).toMatchObject([{ label: 'deep' }]);
});
