import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMay } from '../../app/session';
import { useLocale } from '../../ui/locale';
import { Button, Empty, Field, Loading, Note, Pick, Trouble } from '../../ui/parts';
import { useTitle } from '../../ui/title';
import { stampOf } from './labels';
import { Menus } from './menus';
import { People } from './people';
import { Promises } from './promises';
import {
  type By,
  byOf,
  bysOf,
  daysOf,
  RANGES,
  type Range,
  type ReportSearch,
  spanOf,
} from './range';
import { useFigures } from './table';
import '../../styles/charts.css';
import '../../styles/reports.css';

export type Review = Schemas['ReviewView'];

// No queue and no line has this name.
const ALL = '*';

/** What lines, queues and people came to. */
export function ReportsPage() {
  const { t } = useTranslation();
  useTitle(t('reports.title'));
  const may = useMay();
  const search = useSearch({ from: '/reports' });
  const by = byOf(search);
  const span = spanOf(search);
  const found = useQuery({
    queryKey: ['reports', search],
    enabled: may.seeAll && span !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { queue, line, zone } = search;
      const query = {
        ...span,
        by,
        ...(queue ? { queue } : {}),
        ...(line ? { line } : {}),
        ...(zone ? { zone } : {}),
      };
      return got(api.GET('/api/v1/reports', { params: { query }, signal }));
    },
  });
  if (!may.seeAll) {
    return (
      <>
        <h1>{t('reports.title')}</h1>
        <Note tone="warn">{t('reports.not-yours')}</Note>
      </>
    );
  }
  return (
    <>
      <div className="pagehead">
        <h1>{t('reports.title')}</h1>
        <Button isDisabled={found.isFetching || !span} onPress={() => void found.refetch()}>
          {t(found.isFetching ? 'reports.drawing' : 'reports.anew')}
        </Button>
      </div>
      <Choice search={search} />
      {span === null && <Note tone="warn">{t('reports.dates')}</Note>}
      {span !== null && found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {span !== null && found.data && !found.error && (
        <div className="stack reports" aria-busy={found.isPlaceholderData}>
          <Report review={found.data} search={search} />
        </div>
      )}
    </>
  );
}

function Report({ review, search }: { review: Review; search: ReportSearch }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { whole, zone } = review;
  const nothing = whole.menus.contacts === 0 && whole.people.entered === 0;
  return (
    <>
      <p className="muted small">
        {t('reports.span', {
          since: stampOf(review.since, locale, zone),
          until: stampOf(review.until, locale, zone),
          zone,
        })}
      </p>
      {nothing && <Empty>{t('reports.nothing')}</Empty>}
      <Summary review={review} />
      {!nothing && (
        <>
          <People review={review} queue={search.queue ?? null} />
          <Menus review={review} line={search.line ?? null} />
        </>
      )}
      <Promises review={review} />
    </>
  );
}

/** The figures that are looked at first. */
function Summary({ review }: { review: Review }) {
  const { t } = useTranslation();
  const show = useFigures();
  const { people, menus } = review.whole;
  const solved = menus.contacts > 0 ? menus.solved / menus.contacts : null;
  const told = [
    ['level', show('share', people.service_level)],
    ['wait', show('time', people.wait_mean_ms)],
    ['longest', show('time', people.entered > 0 ? people.wait_longest_ms : null)],
    ['abandoned', show('share', people.abandon_rate)],
    ['handling', show('time', people.handling_ms)],
    ['occupancy', show('share', people.occupancy)],
    ['solved', show('share', solved)],
    ['resolution', show('share', menus.resolution)],
  ] as const;
  return (
    <dl className="summary">
      {told.map(([key, figure]) => (
        <div key={key} className="figure">
          <dt>{t(`reports.key.${key}`)}</dt>
          <dd className="number">{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Choice({ search }: { search: ReportSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/reports' });
  const queues = useQuery({
    queryKey: ['queues'],
    staleTime: 600_000,
    queryFn: () => got(api.GET('/api/v1/queues')),
  });
  const lines = useQuery({
    queryKey: ['lines'],
    staleTime: 600_000,
    queryFn: () => got(api.GET('/api/v1/lines')),
  });
  const set = (change: { [K in keyof ReportSearch]?: string }) => {
    const next: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...search, ...change })) {
      if (value && value !== ALL) next[key] = value;
    }
    void navigate({ search: next });
  };
  const range: Range = search.range ?? 'today';
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  const zones = [...new Set([mine, ...(search.zone ? [search.zone] : []), ...all])];
  return (
    <section className="filter" aria-label={t('reports.choice')}>
      <Pick
        label={t('reports.range')}
        options={RANGES.map((r) => ({ id: r, text: t(`reports.range-of.${r}`) }))}
        value={range}
        onChange={(id) => set({ range: id })}
      />
      {range === 'own' && (
        <>
          <Field
            label={t('contacts.from')}
            type="date"
            value={search.from ?? ''}
            onChange={(from) => set({ from })}
          />
          <Field
            label={t('contacts.to')}
            type="date"
            value={search.to ?? ''}
            onChange={(to) => set({ to })}
          />
        </>
      )}
      <Pick
        label={t('reports.by')}
        options={bysOf(daysOf(search)).map((b: By) => ({ id: b, text: t(`reports.by-of.${b}`) }))}
        value={byOf(search)}
        onChange={(id) => set({ by: id })}
      />
      <Pick
        label={t('contacts.queue')}
        options={[
          { id: ALL, text: t('contacts.any') },
          ...(queues.data ?? []).map((q) => ({ id: q.queue, text: q.queue })),
        ]}
        value={search.queue ?? ALL}
        onChange={(queue) => set({ queue })}
      />
      <Pick
        label={t('contacts.line')}
        options={[
          { id: ALL, text: t('contacts.any') },
          ...(lines.data?.lines ?? []).map((l) => ({ id: l.line, text: l.line })),
        ]}
        value={search.line ?? ALL}
        onChange={(line) => set({ line })}
      />
      <Pick
        label={t('reports.clock')}
        options={[
          { id: ALL, text: t('reports.servers') },
          ...zones.map((zone) => ({ id: zone, text: zone })),
        ]}
        value={search.zone ?? ALL}
        onChange={(zone) => set({ zone })}
      />
    </section>
  );
}
