import {
  Background,
  Controls,
  type Edge,
  getViewportForBounds,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { theme } from '../../app/theme';
import { place } from './layout';
import { type Trail, trailOf } from './trail';

type View = Schemas['LineView'];
type Shown = {
  shown: Schemas['LineNode'];
  callers: number;
  /** Classes beside those of its shape. */
  marks: string;
  /** A figure, or its places on a call that is drawn. */
  note: string;
};
type BoxNode = Node<Shown, 'box'>;

const WIDTH = 208;

/** Rows of text of a box, by how much fits into one. */
function height(node: Schemas['LineNode']): number {
  const rows = [node.label, node.kind, ...node.details].map((r) => Math.ceil(r.length / 27) || 1);
  return 18 + rows.reduce((a, b) => a + b, 0) * 19;
}

function Box({ data: { shown, callers, marks, note } }: NodeProps<BoxNode>) {
  return (
    <div className={`node ${shown.shape} ${marks}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {callers > 0 && <span className="live number">{callers}</span>}
      {note && <span className="figure-of number">{note}</span>}
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

/** The same of one that may not be there. */
const boxHeight = (node: Schemas['LineNode'] | undefined) => (node ? height(node) : 0);

const KINDS = { box: Box };
/** A small line is drawn somewhat larger than written, and never tiny. */
const FIT = { maxZoom: 1.25, padding: 0.06 };
/** Small enough that a long line is whole on a phone. */
const SMALLEST = 0.05;
/** What the buttons at the lower edge take. */
const CONTROLS = 40;

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
  /** How nodes stand out: from 0 to 5, and the figure. */
  heat?: ReadonlyMap<string, { level: number; text: string }> | undefined;
  /** A call that is drawn: the nodes that it comes to, `null` the people. */
  call?: readonly (string | null)[] | undefined;
}

const NO_CALL: Trail = { boxes: [], steps: [] };

/** The line as boxes and arrows. It is to be looked at; the list beside it tells the same in words. */
export function Graph({ view, there, people, here, been, heat, call }: Props) {
  const { t } = useTranslation();
  const places = useMemo(
    () =>
      place(
        view.nodes.map((n) => ({ width: WIDTH, height: height(n) })),
        view.ways,
      ),
    [view],
  );
  const trail = useMemo(() => (call ? trailOf(view, call) : NO_CALL), [view, call]);
  const at = here ? view.nodes.findIndex((n) => (n.node ?? null) === here.node) : -1;
  const nodes: BoxNode[] = view.nodes.map((shown, i) => {
    const name = shown.node ?? null;
    const hot = name === null ? undefined : heat?.get(name);
    const on = trail.boxes.flatMap((box, n) => (box === i ? [n + 1] : []));
    const marks = [
      i === at ? 'here' : name !== null && been?.has(name) ? 'been' : '',
      hot ? `heat-${hot.level}` : '',
      on.length > 0 ? 'on-call' : '',
    ];
    return {
      id: String(i),
      type: 'box',
      position: places[i] ?? { x: 0, y: 0 },
      data: {
        shown,
        callers: name === null ? people : (there.get(name) ?? 0),
        marks: marks.filter(Boolean).join(' '),
        note: on.length > 0 ? on.join(', ') : (hot?.text ?? ''),
      },
      draggable: false,
      connectable: false,
      focusable: false,
    };
  });
  const edges: Edge[] = useMemo(() => {
    const taken = new Set(trail.steps.map((s) => s.way));
    const drawn = view.ways.map((way, i) => ({
      ...arrow(`w${i}`, way.from, way.to, taken.has(i)),
      label: way.label,
    }));
    const own = trail.steps.flatMap((step, i) =>
      step.way === null ? [arrow(`c${i}`, step.from, step.to, true)] : [],
    );
    return [...drawn, ...own];
  }, [view, trail]);
  const first = trail.boxes.at(-1);
  const follow = at >= 0 ? at : first;
  const seen = follow === undefined ? undefined : places[follow];
  return (
    <div className="graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        fitView
        fitViewOptions={FIT}
        minZoom={SMALLEST}
        maxZoom={2}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        colorMode={theme()}
        aria-label={t('lines.graph')}
      >
        <Background />
        <Controls showInteractive={false} orientation="horizontal" />
        {seen ? <Follow x={seen.x} y={seen.y} /> : <Refit view={view} places={places} />}
      </ReactFlow>
    </div>
  );
}

function arrow(id: string, from: number, to: number, taken: boolean): Edge {
  return {
    id,
    source: String(from),
    target: String(to),
    focusable: false,
    animated: taken,
    className: taken ? 'on-call' : '',
    markerEnd: { type: MarkerType.ArrowClosed },
  };
}

/** The whole line is in sight again when there is more or less room, or another line. */
function Refit({ places, view }: { places: readonly { x: number; y: number }[]; view: View }) {
  const { setViewport } = useReactFlow();
  const width = useStore((s) => s.width);
  const height = useStore((s) => s.height);
  useEffect(() => {
    if (width === 0 || height === 0 || places.length === 0) return;
    const right = Math.max(...places.map((p) => p.x)) + WIDTH;
    const bottom = Math.max(...places.map((p, i) => p.y + boxHeight(view.nodes[i])));
    const [x, y] = [Math.min(...places.map((p) => p.x)), Math.min(...places.map((p) => p.y))];
    const all = { x, y, width: right - x, height: bottom - y };
    // The library's own way waits for nodes that can be moved; these can not.
    const room = Math.max(height - CONTROLS, 1);
    void setViewport(getViewportForBounds(all, width, room, SMALLEST, FIT.maxZoom, FIT.padding));
  }, [places, view, width, height, setViewport]);
  return null;
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
