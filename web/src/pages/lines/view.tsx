import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMay } from '../../app/session';
import { useLive } from '../../live';
import { useLocale } from '../../ui/locale';
import { Badge, Loading, Panel, Pick, Trouble } from '../../ui/parts';
import { clock } from '../../ui/time';
import { Graph } from './graph';
import { type Heat, heatOf, MEASURES, type Measure, type NodeFigures } from './heat';
import { Proof } from './proof';

type View = Schemas['LineView'];

/** Since when figures are counted. */
const SINCE = { today: null, week: '7d', month: '30d' } as const;
type Since = keyof typeof SINCE;

/** One line: its graph with who is on it, what was proven, and where callers got lost. */
export function Line({ line, version }: { line: string; version: number }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const may = useMay();
  const [measure, setMeasure] = useState<Measure | 'live'>('live');
  const [since, setSince] = useState<Since>('week');
  const found = useQuery({
    queryKey: ['line', line, version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => got(api.GET('/api/v1/lines/{line}', { params: { path: { line } } })),
  });
  const figures = useFigures(line, since, measure !== 'live');
  const words = useHeatWords(measure);
  const heat = useMemo(() => {
    if (measure === 'live' || !figures.data) return undefined;
    const hot = heatOf(figures.data, measure);
    return new Map([...hot].map(([node, h]) => [node, { level: h.level, text: words(h) }]));
  }, [figures.data, measure, words]);
  if (found.isPending) return <Loading />;
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  const view = found.data;
  const calls = Object.values(picture.calls).filter((c) => c.line === line);
  const menu = calls.filter((c) => c.stage === 'menu' && c.node);
  const there = new Map<string, number>();
  for (const c of menu) if (c.node) there.set(c.node, (there.get(c.node) ?? 0) + 1);
  return (
    <div className="lines">
      <div className="stack">
        <div className="row spread">
          <p className="row">
            <strong>{view.label}</strong>
            <span className="muted number">{view.numbers.join(', ')}</span>
            <Badge tone={calls.length > 0 ? 'info' : 'none'}>
              {t('lines.callers', { count: calls.length })}
            </Badge>
          </p>
          {may.seeAll && (
            <div className="row heatpick">
              <Pick
                label={t('lines.colour')}
                options={['live' as const, ...MEASURES].map((id) => ({
                  id,
                  text: t(`lines-heat.${id}`),
                }))}
                value={measure}
                onChange={(id) => setMeasure(id as Measure | 'live')}
              />
              {measure !== 'live' && (
                <Pick
                  label={t('lines.span')}
                  options={(Object.keys(SINCE) as Since[]).map((id) => ({
                    id,
                    text: t(`lines-since.${id}`),
                  }))}
                  value={since}
                  onChange={(id) => setSince(id as Since)}
                />
              )}
            </div>
          )}
        </div>
        {figures.error && <Trouble error={figures.error} again={() => void figures.refetch()} />}
        {measure !== 'live' && (
          <p className="hint" role="status">
            {figures.isPending
              ? t('loading')
              : t(heat && heat.size > 0 ? `lines-told.${measure}` : 'lines.nobody')}
          </p>
        )}
        <Graph view={view} there={there} people={calls.length - menu.length} heat={heat} />
        <p className="hint">{t('lines.zero', { queue: view.human })}</p>
      </div>
      <div className="stack">
        <Panel title={t('lines.proof')}>{view.proof && <Proof proof={view.proof} />}</Panel>
        <NodeList view={view} there={there} heat={heat} />
      </div>
    </div>
  );
}

/** What happened at each node of a line since then. */
function useFigures(line: string, since: Since, wanted: boolean) {
  return useQuery({
    queryKey: ['heat', since],
    enabled: wanted,
    staleTime: 60_000,
    queryFn: async () => {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const span = SINCE[since];
      const query = span ? { zone, since: span } : { zone };
      return got(api.GET('/api/v1/statistics', { params: { query } }));
    },
    select: (spans) => {
      const report = spans[0]?.report as unknown as {
        lines?: Record<string, { nodes: Record<string, NodeFigures> }>;
      };
      return report?.lines?.[line]?.nodes ?? {};
    },
  });
}

function useHeatWords(measure: Measure | 'live') {
  const locale = useLocale();
  return useMemo(() => {
    const number = new Intl.NumberFormat(locale);
    const share = new Intl.NumberFormat(locale, { style: 'percent' });
    return (heat: Heat) => {
      if (measure === 'time') return clock(heat.value);
      const of = heat.entered > 0 ? ` · ${share.format(heat.value / heat.entered)}` : '';
      return `${number.format(heat.value)}${of}`;
    };
  }, [locale, measure]);
}

interface ListProps {
  view: View;
  there: ReadonlyMap<string, number>;
  heat: ReadonlyMap<string, { text: string }> | undefined;
}

/** The graph in words, for who does not see it. */
function NodeList({ view, there, heat }: ListProps) {
  const { t } = useTranslation();
  return (
    <details className="panel">
      <summary>{t('lines.list')}</summary>
      <ul className="list tight">
        {view.nodes.map((node, i) => {
          const callers = node.node ? (there.get(node.node) ?? 0) : 0;
          const figure = node.node ? heat?.get(node.node) : undefined;
          const ways = view.ways.filter((w) => w.from === i);
          return (
            <li key={node.node ?? 'people'}>
              <strong>{node.label}</strong> <span className="muted small">{node.kind}</span>
              {callers > 0 && <Badge tone="info">{t('lines.callers', { count: callers })}</Badge>}
              {figure && <Badge tone="none">{figure.text}</Badge>}
              {ways.length > 0 && (
                <ul className="small muted">
                  {ways.map((w) => (
                    <li key={`${w.to} ${w.label}`}>
                      {w.label ? `${w.label} → ` : '→ '}
                      {view.nodes[w.to]?.label}
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
