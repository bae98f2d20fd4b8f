/** What a line's nodes are coloured by. */
export const MEASURES = ['asked', 'gave_up', 'again', 'failed', 'time'] as const;
export type Measure = (typeof MEASURES)[number];

/** What happened at a node, as `GET /statistics` has it. */
export interface NodeFigures {
  entered: number;
  again: number;
  asked: number;
  gave_up: number;
  forced: number;
  silences: number;
  wrong_keys: number;
  faults: number;
  time_ms: number;
}

/** How a node stands out. */
export interface Heat {
  /** How often, or for how many milliseconds on average. */
  value: number;
  /** How often callers came here. */
  entered: number;
  /** 0: nothing, to 5: the most of this line. */
  level: number;
}

/** The figure of a node by which it is coloured. */
export function figureOf(node: NodeFigures, measure: Measure): number {
  switch (measure) {
    case 'asked':
      return node.asked;
    case 'gave_up':
      return node.gave_up;
    case 'again':
      return node.again;
    case 'failed':
      return node.silences + node.wrong_keys;
    case 'time':
      return node.entered > 0 ? node.time_ms / node.entered : 0;
  }
}

/** How the nodes of a line stand out by a measure; those where nothing was are not in it. */
export function heatOf(
  nodes: Readonly<Record<string, NodeFigures>>,
  measure: Measure,
): Map<string, Heat> {
  const values = Object.entries(nodes).map(([name, n]) => [name, n, figureOf(n, measure)] as const);
  const most = Math.max(0, ...values.map(([, , value]) => value));
  const heat = new Map<string, Heat>();
  for (const [name, node, value] of values) {
    if (node.entered === 0 && value === 0) continue;
    const level = most > 0 && value > 0 ? Math.max(1, Math.round((value / most) * 5)) : 0;
    heat.set(name, { value, entered: node.entered, level });
  }
  return heat;
}
