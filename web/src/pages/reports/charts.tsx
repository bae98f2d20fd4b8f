import { useTranslation } from 'react-i18next';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { Kind } from './csv';
import { useFigures } from './table';

/** One row of a chart: its name, and the figures by key. */
export type Point = { name: string } & Record<string, string | number | null>;

export interface Series {
  key: string;
  name: string;
  colour: string;
  /** Dashes tell lines apart for whoever does not see colours. */
  dash?: string;
}

interface ChartProps {
  /** What it shows, in a sentence. */
  title: string;
  points: readonly Point[];
  series: readonly Series[];
  kind: Kind;
}

const HEIGHT = 240;
const AXIS = { fill: 'var(--muted)', fontSize: 12 };
const MARGIN = { top: 8, right: 12, bottom: 0, left: 0 };

/** The frame of a chart. The table below it says the same in words, so it is one picture. */
function Frame({ title, children }: { title: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="chart" role="img" aria-label={`${title}. ${t('reports.same-below')}`}>
      <ResponsiveContainer
        width="100%"
        height={HEIGHT}
        initialDimension={{ width: 640, height: HEIGHT }}
      >
        {children}
      </ResponsiveContainer>
    </div>
  );
}

/** Times are told by whole seconds: an axis of less would say the same twice. */
function domainOf(kind: Kind): [number, number | 'auto' | ((most: number) => number)] {
  if (kind === 'share') return [0, 1];
  return [0, kind === 'time' ? (most) => Math.max(4_000, most) : 'auto'];
}

function parts(show: (value: unknown) => string, kind: Kind) {
  return [
    <CartesianGrid key="grid" stroke="var(--line)" vertical={false} />,
    <XAxis
      key="x"
      dataKey="name"
      tick={AXIS}
      tickLine={false}
      stroke="var(--line-strong)"
      minTickGap={16}
    />,
    <YAxis
      key="y"
      tick={AXIS}
      tickLine={false}
      axisLine={false}
      width={52}
      allowDecimals={kind === 'number' || kind === 'share'}
      domain={domainOf(kind)}
      tickFormatter={show}
    />,
    <Tooltip
      key="tip"
      isAnimationActive={false}
      cursor={{ fill: 'var(--sunken)', stroke: 'var(--line-strong)' }}
      formatter={(value) => show(value)}
      contentStyle={{
        background: 'var(--raised)',
        border: '1px solid var(--line)',
        borderRadius: 'var(--radius)',
        color: 'var(--text)',
      }}
      itemStyle={{ color: 'var(--text)' }}
    />,
    <Legend key="legend" itemSorter={null} formatter={word} wrapperStyle={{ fontSize: 13 }} />,
  ];
}

/** Legends in the colour of text: the mark beside it has that of the series. */
function word(name: unknown) {
  return <span className="legend">{String(name)}</span>;
}

function useShow(kind: Kind) {
  const show = useFigures();
  return (value: unknown) => show(kind, typeof value === 'number' ? value : null);
}

/** Parts of a whole, on top of each other. */
export function Stacked({ title, points, series, kind }: ChartProps) {
  const show = useShow(kind);
  return (
    <Frame title={title}>
      <BarChart data={[...points]} margin={MARGIN} accessibilityLayer={false} maxBarSize={48}>
        {parts(show, kind)}
        {series.map((s) => (
          <Bar
            key={s.key}
            dataKey={s.key}
            name={s.name}
            stackId="all"
            fill={s.colour}
            stroke="var(--panel)"
            legendType="square"
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </Frame>
  );
}

/** Figures over time. Where nothing happened there is a gap. */
export function Lines({ title, points, series, kind }: ChartProps) {
  const show = useShow(kind);
  return (
    <Frame title={title}>
      <LineChart data={[...points]} margin={MARGIN} accessibilityLayer={false}>
        {parts(show, kind)}
        {series.map((s) => (
          <Line
            key={s.key}
            dataKey={s.key}
            name={s.name}
            type="linear"
            stroke={s.colour}
            strokeWidth={2}
            legendType="plainline"
            {...(s.dash ? { strokeDasharray: s.dash } : {})}
            dot={{ r: 2.5, fill: s.colour, strokeWidth: 0 }}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </Frame>
  );
}
