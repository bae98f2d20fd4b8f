import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Panel } from '../../ui/parts';
import type { Review } from '.';
import { Lines, Stacked } from './charts';
import type { Column } from './csv';
import { intervalLabels } from './labels';
import type { By } from './range';
import { Figures } from './table';

type Part = Review['parts'][number];
type Sums = Part['people'];

interface Row {
  name: string;
  f: Sums;
}

/** Nothing is drawn of an interval in which nobody came: not a level of nought. */
export function People({ review, queue }: { review: Review; queue: string | null }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const names = intervalLabels(
    review.parts.map((p) => p.since),
    review.by as By,
    locale,
    review.zone,
  );
  const rows: Row[] = review.parts.map((p, n) => ({ name: names[n] ?? '', f: p.people }));
  const whose = queue ?? t('reports.all-queues');
  const came = t('reports.came', { whose });
  const waits = t('reports.waits', { whose });
  const work = t('reports.work', { whose });
  const interval: Column<Row> = { head: t('reports.interval'), kind: 'text', of: (r) => r.name };
  const count = (key: keyof Sums & string): Column<Row> => ({
    head: t(`reports.col.${key}`),
    kind: 'count',
    of: (r) => r.f[key],
  });
  const share = (key: keyof Sums & string): Column<Row> => ({ ...count(key), kind: 'share' });
  const time = (key: keyof Sums & string): Column<Row> => ({ ...count(key), kind: 'time' });
  const late = (f: Sums) => f.answered - f.in_time;
  return (
    <>
      <Panel title={came}>
        <Stacked
          title={came}
          kind="count"
          points={rows.map(({ name, f }) => ({
            name,
            in_time: f.in_time,
            late: late(f),
            promised: f.promised,
            overflowed: f.overflowed,
            abandoned: f.abandoned,
            short: f.abandoned_short,
            other: f.left + f.cut_off + f.waiting,
          }))}
          series={[
            { key: 'in_time', name: t('reports.col.in_time'), colour: 'var(--chart-good)' },
            { key: 'late', name: t('reports.col.late'), colour: 'var(--chart-blue)' },
            { key: 'promised', name: t('reports.col.promised'), colour: 'var(--chart-teal)' },
            { key: 'overflowed', name: t('reports.col.overflowed'), colour: 'var(--chart-warn)' },
            { key: 'abandoned', name: t('reports.col.abandoned'), colour: 'var(--chart-bad)' },
            { key: 'short', name: t('reports.col.abandoned_short'), colour: 'var(--chart-grey)' },
            { key: 'other', name: t('reports.col.other'), colour: 'var(--chart-pale)' },
          ]}
        />
        <Figures
          title={came}
          file="callers"
          columns={[
            interval,
            count('entered'),
            count('in_time'),
            { head: t('reports.col.late'), kind: 'count', of: (r) => late(r.f) },
            count('promised'),
            count('overflowed'),
            count('abandoned'),
            count('abandoned_short'),
            count('left'),
            count('cut_off'),
            count('waiting'),
          ]}
          rows={rows}
        />
      </Panel>
      <Panel title={waits}>
        <div className="charts">
          <Lines
            title={t('reports.col.service_level')}
            kind="share"
            points={rows.map(({ name, f }) => ({
              name,
              level: f.service_level ?? null,
              hung: f.abandon_rate ?? null,
            }))}
            series={[
              { key: 'level', name: t('reports.col.service_level'), colour: 'var(--chart-good)' },
              {
                key: 'hung',
                name: t('reports.col.abandon_rate'),
                colour: 'var(--chart-bad)',
                dash: '5 3',
              },
            ]}
          />
          <Lines
            title={t('reports.col.wait_mean_ms')}
            kind="time"
            points={rows.map(({ name, f }) => ({
              name,
              mean: f.wait_mean_ms ?? null,
              p90: f.wait_p90_ms ?? null,
              longest: f.entered > 0 ? f.wait_longest_ms : null,
            }))}
            series={[
              { key: 'mean', name: t('reports.col.wait_mean_ms'), colour: 'var(--chart-blue)' },
              {
                key: 'p90',
                name: t('reports.col.wait_p90_ms'),
                colour: 'var(--chart-teal)',
                dash: '5 3',
              },
              {
                key: 'longest',
                name: t('reports.col.wait_longest_ms'),
                colour: 'var(--chart-warn)',
                dash: '2 3',
              },
            ]}
          />
        </div>
        <Figures
          title={waits}
          file="waits"
          columns={[
            interval,
            share('service_level'),
            share('abandon_rate'),
            time('wait_mean_ms'),
            time('wait_p90_ms'),
            {
              ...time('wait_longest_ms'),
              of: (r) => (r.f.entered > 0 ? r.f.wait_longest_ms : null),
            },
          ]}
          rows={rows}
        />
      </Panel>
      <Panel title={work}>
        <div className="charts">
          <Lines
            title={t('reports.col.handling_ms')}
            kind="time"
            points={rows.map(({ name, f }) => ({ name, aht: f.handling_ms ?? null }))}
            series={[
              { key: 'aht', name: t('reports.col.handling_ms'), colour: 'var(--chart-blue)' },
            ]}
          />
          <Lines
            title={t('reports.col.occupancy')}
            kind="share"
            points={rows.map(({ name, f }) => ({ name, busy: f.occupancy ?? null }))}
            series={[
              { key: 'busy', name: t('reports.col.occupancy'), colour: 'var(--chart-teal)' },
            ]}
          />
        </div>
        <Figures
          title={work}
          file="work"
          columns={[interval, count('talks'), time('handling_ms'), share('occupancy')]}
          rows={rows}
        />
      </Panel>
      <Queues review={review} />
    </>
  );
}

function Queues({ review }: { review: Review }) {
  const { t } = useTranslation();
  type Queue = Review['queues'][number];
  const title = t('reports.queues');
  const columns: Column<Queue>[] = [
    { head: t('contacts.queue'), kind: 'text', of: (q) => q.queue },
    { head: t('reports.col.entered'), kind: 'count', of: (q) => q.figures.entered },
    { head: t('reports.col.answered'), kind: 'count', of: (q) => q.figures.answered },
    { head: t('reports.col.service_level'), kind: 'share', of: (q) => q.figures.service_level },
    { head: t('reports.col.aim'), kind: 'share', of: (q) => q.aim },
    { head: t('reports.col.aim_ms'), kind: 'time', of: (q) => q.aim_ms },
    { head: t('reports.col.abandoned'), kind: 'count', of: (q) => q.figures.abandoned },
    {
      head: t('reports.col.abandoned_short'),
      kind: 'count',
      of: (q) => q.figures.abandoned_short,
    },
    { head: t('reports.col.wait_mean_ms'), kind: 'time', of: (q) => q.figures.wait_mean_ms },
    { head: t('reports.col.wait_longest_ms'), kind: 'time', of: (q) => q.figures.wait_longest_ms },
    { head: t('reports.col.handling_ms'), kind: 'time', of: (q) => q.figures.handling_ms },
    { head: t('reports.col.occupancy'), kind: 'share', of: (q) => q.figures.occupancy },
  ];
  if (review.queues.length === 0) return null;
  return (
    <Panel title={title}>
      <Figures title={title} file="queues" columns={columns} rows={review.queues} />
    </Panel>
  );
}
