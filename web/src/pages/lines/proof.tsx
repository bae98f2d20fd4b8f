import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useLocale } from '../../ui/locale';
import { Note } from '../../ui/parts';

/** What was proven of a line, and what it is like to call. */
export function Proof({ proof }: { proof: Schemas['LineProof'] }) {
  const { t, i18n } = useTranslation();
  const locale = useLocale();
  const seconds = (ms: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'second',
      maximumFractionDigits: 1,
    }).format(ms / 1000);
  const number = (n: number) => new Intl.NumberFormat(locale).format(n);
  return (
    <>
      <Note tone={proof.dead_ends === 0 ? 'good' : 'bad'}>
        {t(proof.dead_ends === 0 ? 'lines.proven' : 'lines.dead-ends', { count: proof.dead_ends })}
      </Note>
      <dl className="facts">
        <dt>{t('lines.states')}</dt>
        <dd className="number">{number(proof.states)}</dd>
        <dt>{t('lines.edges')}</dt>
        <dd className="number">{number(proof.edges)}</dd>
        <dt>{t('lines.keys')}</dt>
        <dd className="number">{proof.keys_to_person}</dd>
        <dt>{t('lines.depth')}</dt>
        <dd className="number">{proof.depth}</dd>
        <dt>{t('lines.widest')}</dt>
        <dd>
          <span className="number">{proof.widest_options}</span>{' '}
          <span className="muted">{proof.widest}</span>
        </dd>
      </dl>
      {proof.languages.map((l) => (
        <section key={l.language} className="stack tight">
          <h3>
            {new Intl.DisplayNames(i18n.language, { type: 'language' }).of(l.language) ??
              l.language}
          </h3>
          <dl className="facts">
            {l.silent_ms != null && (
              <>
                <dt>{t('lines.silent')}</dt>
                <dd className="number">{seconds(l.silent_ms)}</dd>
              </>
            )}
            <dt>{t('lines.silent-anywhere')}</dt>
            <dd className="number">{seconds(l.silent_from_anywhere_ms)}</dd>
            <dt>{t('lines.effort')}</dt>
            <dd className="number">{seconds(l.effort_mean_ms)}</dd>
            <dt>{t('lines.worst')}</dt>
            <dd className="number">{seconds(l.effort_worst_ms)}</dd>
            <dt>{t('lines.longest')}</dt>
            <dd>
              <span className="number">{seconds(l.longest_prompt_ms)}</span>{' '}
              <span className="muted">{l.longest_prompt}</span>
            </dd>
          </dl>
          {!l.exact && <p className="hint">{t('lines.at-least')}</p>}
        </section>
      ))}
    </>
  );
}
