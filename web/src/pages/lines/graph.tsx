import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { theme } from '../../app/theme';
import { place } from './layout';

type View = Schemas['LineView'];
type Shown = { shown: Schemas['LineNode']; callers: number; mark: string };
type BoxNode = Node<Shown, 'box'>;

const WIDTH = 208;

/** Rows of text of a box, by how much fits into one. */
function height(node: Schemas['LineNode']): number {
  const rows = [node.label, node.kind, ...node.details].map((r) => Math.ceil(r.length / 27) || 1);
  return 18 + rows.reduce((a, b) => a + b, 0) * 19;
}

function Box({ data: { shown, callers, mark } }: NodeProps<BoxNode>) {
  return (
    <div className={`node ${shown.shape} ${mark}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {callers > 0 && <span className="live number">{callers}</span>}
      <div className="label">{shown.label}</div>
      <div className="kind">{shown.kind}</div>
      {shown.details.map((d) => (
        <div key={d} className="kind">
          {d}
        </div>
      ))}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

const KINDS = { box: Box };

interface Props {
  view: View;
  /** How many callers are at each node. */
  there: ReadonlyMap<string, number>;
  /** How many are with the people behind 0, or on the way there. */
  people: number;
  /** Where somebody is who is followed; `null`: with the people behind 0. */
  here?: { node: string | null } | undefined;
  /** Where they were before. */
  been?: ReadonlySet<string>;
}

/** The line as boxes and arrows. It is to be looked at; the list beside it tells the same in words. */
export function Graph({ view, there, people, here, been }: Props) {
  const { t } = useTranslation();
  const places = useMemo(
    () =>
      place(
        view.nodes.map((n) => ({ width: WIDTH, height: height(n) })),
        view.ways,
      ),
    [view],
  );
  const at = here ? view.nodes.findIndex((n) => (n.node ?? null) === here.node) : -1;
  const mark = (shown: Schemas['LineNode'], i: number) =>
    i === at ? 'here' : shown.node && been?.has(shown.node) ? 'been' : '';
  const nodes: BoxNode[] = view.nodes.map((shown, i) => ({
    id: String(i),
    type: 'box',
    position: places[i] ?? { x: 0, y: 0 },
    data: {
      shown,
      callers: shown.node === null ? people : (there.get(shown.node ?? '') ?? 0),
      mark: mark(shown, i),
    },
    draggable: false,
    connectable: false,
    focusable: false,
  }));
  const edges: Edge[] = useMemo(
    () =>
      view.ways.map((way, i) => ({
        id: `w${i}`,
        source: String(way.from),
        target: String(way.to),
        label: way.label,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed },
      })),
    [view],
  );
  return (
    <div className="graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        fitView
        fitViewOptions={{ maxZoom: 1 }}
        minZoom={0.1}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        colorMode={theme()}
        aria-label={t('lines.graph')}
      >
        <Background />
        <Controls showInteractive={false} />
        {at >= 0 && <Follow x={places[at]?.x ?? 0} y={places[at]?.y ?? 0} />}
      </ReactFlow>
    </div>
  );
}

/** Keeps the box at this place in sight. */
function Follow({ x, y }: { x: number; y: number }) {
  const { setCenter, getZoom } = useReactFlow();
  useEffect(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const zoom = Math.max(0.75, Math.min(1, getZoom()));
    void setCenter(x + WIDTH / 2, y + 60, { zoom, duration: still ? 0 : 400 });
  }, [x, y, setCenter, getZoom]);
  return null;
}
