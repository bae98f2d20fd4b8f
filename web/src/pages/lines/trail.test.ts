import { expect, it } from 'vitest';
import { trailOf } from './trail';

const view = {
  nodes: [{ node: 'welcome' }, { node: 'bill' }, { node: null }],
  ways: [{ from: 0, to: 1 }],
};

it('follows the arrows that are there, and has its own where none is drawn', () => {
  expect(trailOf(view, ['welcome', 'bill', null])).toEqual({
    boxes: [0, 1, 2],
    steps: [
      { from: 0, to: 1, way: 0 },
      { from: 1, to: 2, way: null },
    ],
  });
});

it('leaves out what is not on this graph', () => {
  expect(trailOf(view, ['gone', 'bill'])).toEqual({ boxes: [1], steps: [] });
  expect(trailOf(view, [])).toEqual({ boxes: [], steps: [] });
});
