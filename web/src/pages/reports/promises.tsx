import { useTranslation } from 'react-i18next';
import { Empty, Panel } from '../../ui/parts';
import type { Review } from '.';
import { Stacked } from './charts';
import type { Column, Kind } from './csv';
import { Figures } from './table';

interface Fact {
  what: string;
  kind: Kind;
  value: number | null | undefined;
}

/** Figures of different kinds, one below the other; also as a file. */
function Facts({ title, file, facts }: { title: string; file: string; facts: readonly Fact[] }) {
  const { t } = useTranslation();
  const of = (kind: Kind, head: string) => ({
    head,
    kind,
    of: (f: Fact) => (f.kind === kind ? f.value : null),
  });
  const kinds = [...new Set(facts.map((f) => f.kind))];
  const head = { count: t('reports.number'), share: t('reports.share'), time: t('reports.time') };
  return (
    <Figures
      title={title}
      file={file}
      columns={[
        { head: t('reports.what'), kind: 'text', of: (f: Fact) => f.what },
        ...(['count', 'share', 'time'] as const)
          .filter((kind) => kinds.includes(kind))
          .map((kind) => of(kind, head[kind])),
      ]}
      rows={facts}
    />
  );
}

/** What was promised to callers and what they said; and what laws ask for proof of. */
export function Promises({ review }: { review: Review }) {
  const { t } = useTranslation();
  const { callbacks: c, evidence: e } = review;
  const proof = t('reports.evidence');
  const back = t('reports.callbacks');
  return (
    <>
      <div className="charts">
        <Panel title={back}>
          {c.asked === 0 ? (
            <Empty>{t('reports.no-callbacks')}</Empty>
          ) : (
            <Facts
              title={back}
              file="callbacks"
              facts={[
                { what: t('reports.back.asked'), kind: 'count', value: c.asked },
                { what: t('reports.back.done'), kind: 'count', value: c.done },
                { what: t('reports.back.open'), kind: 'count', value: c.open },
                { what: t('reports.back.unreached'), kind: 'count', value: c.unreached },
                { what: t('reports.back.given_up'), kind: 'count', value: c.given_up },
                { what: t('reports.back.cancelled'), kind: 'count', value: c.cancelled },
                { what: t('reports.back.kept'), kind: 'share', value: c.kept },
                { what: t('reports.back.mean_ms'), kind: 'time', value: c.mean_ms },
                { what: t('reports.back.longest_ms'), kind: 'time', value: c.longest_ms },
              ]}
            />
          )}
        </Panel>
        <Panel title={proof}>
          <p className="hint">{t('reports.evidence-about')}</p>
          <Facts
            title={proof}
            file="evidence"
            facts={[
              { what: t('reports.proof.taken'), kind: 'count', value: e.taken },
              { what: t('reports.proof.offered'), kind: 'share', value: e.offered_share },
              { what: t('reports.proof.wanted'), kind: 'count', value: e.wanted },
              ...e.within.map(
                (w): Fact => ({
                  what: t('reports.proof.within', { count: w.seconds }),
                  kind: 'share',
                  value: w.share,
                }),
              ),
              { what: t('reports.proof.served'), kind: 'share', value: e.served_share },
              {
                what: t('reports.proof.longest'),
                kind: 'time',
                value: e.wanted > 0 ? e.longest_ms : null,
              },
            ]}
          />
        </Panel>
      </div>
      <Surveys review={review} />
    </>
  );
}

type Answers = Review['surveys'][number];

function Surveys({ review }: { review: Review }) {
  const { t } = useTranslation();
  const title = t('reports.surveys');
  const judged = t('reports.judged');
  if (review.surveys.length === 0) return null;
  const one = review.surveys.length === 1 ? review.surveys[0] : undefined;
  const columns: readonly Column<Answers>[] = [
    { head: t('reports.survey.question'), kind: 'text', of: (s) => s.question },
    { head: t('reports.survey.survey'), kind: 'text', of: (s) => s.survey },
    { head: t('reports.survey.count'), kind: 'count', of: (s) => s.count },
    { head: t('reports.survey.mean'), kind: 'number', of: (s) => s.mean },
    { head: t('reports.survey.range'), kind: 'text', of: (s) => `${s.low} – ${s.high}` },
    {
      head: t('reports.survey.answers'),
      kind: 'text',
      of: (s) => s.answers.map((n, place) => `${s.low + place}: ${n}`).join(', '),
    },
  ];
  return (
    <>
      <Panel title={title}>
        {one && (
          <Stacked
            title={`${title}: ${one.question}`}
            kind="count"
            points={one.answers.map((n, place) => ({ name: String(one.low + place), n }))}
            series={[{ key: 'n', name: one.question, colour: 'var(--chart-blue)' }]}
          />
        )}
        <Figures title={title} file="surveys" columns={columns} rows={review.surveys} />
      </Panel>
      {review.judged.length > 0 && (
        <Panel title={judged}>
          <Figures
            title={judged}
            file="surveys-by-agent"
            columns={[
              { head: t('reports.survey.agent'), kind: 'text', of: (j) => j.agent },
              { head: t('reports.survey.queue'), kind: 'text', of: (j) => j.queue ?? '–' },
              ...columns,
            ]}
            rows={review.judged}
          />
        </Panel>
      )}
    </>
  );
}
