import { Graph, layout } from '@dagrejs/dagre';

/** A box of the graph, and which lead where. */
export interface Box {
  width: number;
  height: number;
}

export interface Lead {
  from: number;
  to: number;
}

/** The upper left corner of each box, top to bottom as callers go. */
export function place(boxes: readonly Box[], leads: readonly Lead[]): { x: number; y: number }[] {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 64, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  boxes.forEach((box, i) => {
    graph.setNode(String(i), { ...box });
  });
  for (const { from, to } of leads) graph.setEdge(String(from), String(to));
  layout(graph);
  return boxes.map((box, i) => {
    const { x, y } = graph.node(String(i)) as { x: number; y: number };
    return { x: x - box.width / 2, y: y - box.height / 2 };
  });
}
