import { expect, it } from 'vitest';
import { heatOf, type NodeFigures } from './heat';

const none: NodeFigures = {
  entered: 0,
  again: 0,
  asked: 0,
  gave_up: 0,
  forced: 0,
  silences: 0,
  wrong_keys: 0,
  faults: 0,
  time_ms: 0,
};

const nodes = {
  welcome: { ...none, entered: 100, asked: 20, silences: 3, wrong_keys: 1, time_ms: 500_500 },
  bill: { ...none, entered: 10, again: 4, asked: 1, gave_up: 2, time_ms: 400_500 },
  hours: { ...none, entered: 5 },
  never: none,
};

it('gives the most to where it happened most, a trace to where it happened at all', () => {
  const heat = heatOf(nodes, 'asked');
  expect(heat.get('welcome')).toEqual({ value: 20, entered: 100, level: 5 });
  expect(heat.get('bill')?.level).toBe(1);
  expect(heat.get('hours')?.level).toBe(0);
  expect(heat.has('never')).toBe(false);
});

it('counts failed tries together, and time by visit', () => {
  expect(heatOf(nodes, 'failed').get('welcome')?.value).toBe(4);
  expect(heatOf(nodes, 'again').get('bill')).toEqual({ value: 4, entered: 10, level: 5 });
  const time = heatOf(nodes, 'time');
  expect(time.get('bill')).toEqual({ value: 40_050, entered: 10, level: 5 });
  expect(time.get('welcome')?.level).toBe(1);
});

it('has no colour where nothing happened', () => {
  expect([...heatOf({ hours: nodes.hours }, 'gave_up').values()][0]?.level).toBe(0);
  expect(heatOf({}, 'asked').size).toBe(0);
});
