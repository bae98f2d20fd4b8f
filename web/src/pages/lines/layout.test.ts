import { expect, it } from 'vitest';
import { place } from './layout';

const BOX = { width: 208, height: 70 };

it('puts what comes later further down, and nothing on top of another', () => {
  const boxes = Array.from({ length: 6 }, () => BOX);
  const leads = [
    { from: 0, to: 1 },
    { from: 0, to: 2 },
    { from: 1, to: 3 },
    { from: 2, to: 3 },
    { from: 3, to: 4 },
    // A way back, and a node that nothing leads to.
    { from: 4, to: 0 },
  ];
  const at = place(boxes, leads);
  const y = at.map((p) => p.y);
  expect(y[1]).toBeGreaterThan(y[0] ?? 0);
  expect(y[3]).toBeGreaterThan(y[1] ?? 0);
  for (const [i, a] of at.entries()) {
    for (const b of at.slice(i + 1)) {
      const apart = Math.abs(a.x - b.x) >= BOX.width || Math.abs(a.y - b.y) >= BOX.height;
      expect(apart, `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(true);
    }
  }
});
