/** A call that is drawn into the graph of a line. */
export interface Trail {
  /** The boxes that it comes to, in order. */
  boxes: readonly number[];
  /** By which arrows: `way` is one that is drawn already, `null` one that is not. */
  steps: readonly { from: number; to: number; way: number | null }[];
}

interface Drawn {
  nodes: readonly { node?: string | null }[];
  ways: readonly { from: number; to: number }[];
}

/** Where a call goes on the graph: `nodes` by name, `null` the people. */
export function trailOf(view: Drawn, nodes: readonly (string | null)[]): Trail {
  const boxes = nodes
    .map((name) => view.nodes.findIndex((n) => (n.node ?? null) === name))
    .filter((box) => box >= 0);
  const steps = boxes.slice(1).map((to, i) => {
    const from = boxes[i] ?? 0;
    const way = view.ways.findIndex((w) => w.from === from && w.to === to);
    return { from, to, way: way < 0 ? null : way };
  });
  return { boxes, steps };
}
