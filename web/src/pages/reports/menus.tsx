import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Panel } from '../../ui/parts';
import type { Review } from '.';
import { Stacked } from './charts';
import type { Column } from './csv';
import { intervalLabels } from './labels';
import type { By } from './range';
import { Figures } from './table';

type Sums = Review['whole']['menus'];

interface Row {
  name: string;
  f: Sums;
}

/** Nodes that are drawn; the table has more. */
const DRAWN = 12;

/** Whether self-service was enough, and where on the lines it was not. */
export function Menus({ review, line }: { review: Review; line: string | null }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const names = intervalLabels(
    review.parts.map((p) => p.since),
    review.by as By,
    locale,
    review.zone,
  );
  const rows: Row[] = review.parts.map((p, n) => ({ name: names[n] ?? '', f: p.menus }));
  const whose = line ?? t('reports.all-lines');
  const ends = t('reports.ends', { whose });
  const count = (key: keyof Sums & string): Column<Row> => ({
    head: t(`reports.end.${key}`),
    kind: 'count',
    of: (r) => r.f[key],
  });
  const effort: Column<{ line: string; figures: Sums }>[] = [
    { head: t('contacts.line'), kind: 'text', of: (l) => l.line },
    { head: t('reports.end.contacts'), kind: 'count', of: (l) => l.figures.contacts },
    { head: t('reports.end.asked'), kind: 'count', of: (l) => l.figures.asked },
    { head: t('reports.end.routed'), kind: 'count', of: (l) => l.figures.routed },
    { head: t('reports.end.forced'), kind: 'count', of: (l) => l.figures.forced },
    { head: t('reports.end.keys'), kind: 'number', of: (l) => l.figures.keys },
    { head: t('reports.end.before_ms'), kind: 'time', of: (l) => l.figures.before_ms },
    { head: t('reports.end.resolution'), kind: 'share', of: (l) => l.figures.resolution },
    { head: t('reports.end.repeated'), kind: 'count', of: (l) => l.figures.repeated },
    { head: t('reports.end.unresolved'), kind: 'count', of: (l) => l.figures.unresolved },
  ];
  return (
    <>
      <Panel title={ends}>
        <Stacked
          title={ends}
          kind="count"
          points={rows.map(({ name, f }) => ({
            name,
            solved: f.solved,
            to_person: f.to_person,
            promised: f.promised,
            gave_up: f.gave_up,
            hung_up: f.hung_up,
            cut_off: f.cut_off,
          }))}
          series={[
            { key: 'solved', name: t('reports.end.solved'), colour: 'var(--chart-good)' },
            { key: 'to_person', name: t('reports.end.to_person'), colour: 'var(--chart-blue)' },
            { key: 'promised', name: t('reports.end.promised'), colour: 'var(--chart-teal)' },
            { key: 'gave_up', name: t('reports.end.gave_up'), colour: 'var(--chart-warn)' },
            { key: 'hung_up', name: t('reports.end.hung_up'), colour: 'var(--chart-bad)' },
            { key: 'cut_off', name: t('reports.end.cut_off'), colour: 'var(--chart-grey)' },
          ]}
        />
        <Figures
          title={ends}
          file="self-service"
          columns={[
            { head: t('reports.interval'), kind: 'text', of: (r) => r.name },
            count('contacts'),
            count('solved'),
            count('to_person'),
            count('promised'),
            count('gave_up'),
            count('hung_up'),
            count('cut_off'),
            count('asked'),
            count('forced'),
          ]}
          rows={rows}
        />
      </Panel>
      {review.lines.length > 0 && (
        <Panel title={t('reports.effort')}>
          <p className="hint">{t('reports.effort-about')}</p>
          <Figures title={t('reports.effort')} file="effort" columns={effort} rows={review.lines} />
        </Panel>
      )}
      <Nodes review={review} />
    </>
  );
}

/** Where callers pressed 0, hung up or were forced out: there the menu can be made better. */
function Nodes({ review }: { review: Review }) {
  const { t } = useTranslation();
  const title = t('reports.nodes');
  const several = review.lines.length > 1;
  const name = (n: Review['nodes'][number]) => (several ? `${n.line}: ${n.node}` : n.node);
  const worst = review.nodes.filter((n) => n.asked + n.gave_up + n.forced > 0);
  if (review.nodes.length === 0) return null;
  return (
    <Panel title={title}>
      {worst.length > 0 && (
        <Stacked
          title={title}
          kind="count"
          points={worst.slice(0, DRAWN).map((n) => ({
            name: name(n),
            asked: n.asked,
            gave_up: n.gave_up,
            forced: n.forced,
          }))}
          series={[
            { key: 'asked', name: t('reports.node.asked'), colour: 'var(--chart-blue)' },
            { key: 'gave_up', name: t('reports.node.gave_up'), colour: 'var(--chart-warn)' },
            { key: 'forced', name: t('reports.node.forced'), colour: 'var(--chart-bad)' },
          ]}
        />
      )}
      <Figures
        title={title}
        file="nodes"
        columns={[
          { head: t('reports.node.node'), kind: 'text', of: (n) => n.node },
          { head: t('contacts.line'), kind: 'text', of: (n) => n.line },
          { head: t('reports.node.entered'), kind: 'count', of: (n) => n.entered },
          { head: t('reports.node.again'), kind: 'count', of: (n) => n.again },
          { head: t('reports.node.asked'), kind: 'count', of: (n) => n.asked },
          { head: t('reports.node.gave_up'), kind: 'count', of: (n) => n.gave_up },
          { head: t('reports.node.forced'), kind: 'count', of: (n) => n.forced },
          { head: t('reports.node.silences'), kind: 'count', of: (n) => n.silences },
          { head: t('reports.node.wrong_keys'), kind: 'count', of: (n) => n.wrong_keys },
          { head: t('reports.node.faults'), kind: 'count', of: (n) => n.faults },
        ]}
        rows={review.nodes}
      />
    </Panel>
  );
}
