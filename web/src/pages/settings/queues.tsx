import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Panel } from '../../ui/parts';
import { clock } from '../../ui/time';
import { type Settings, WithSettings, Written } from './files';

type Queue = Settings['queues'][number];

/** What each queue does, in words. */
export function Queues() {
  const { t } = useTranslation();
  return (
    <WithSettings>
      {(settings) => (
        <Panel title={t('settings.queues')}>
          <Written settings={settings} section="[[queues]]" />
          <div className="files">
            {settings.queues.map((q) => (
              <section key={q.queue} className="stack tight" aria-label={q.queue}>
                <h3>{q.queue}</h3>
                <Rules queue={q} />
              </section>
            ))}
          </div>
        </Panel>
      )}
    </WithSettings>
  );
}

function Rules({ queue: q }: { queue: Queue }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const overflow = q.overflow.map((step) => {
    if (step === 'message') return t('files.message');
    if (step === 'callback') return t('files.to-callback');
    const [kind, to] = step.split(/:(.*)/);
    return kind === 'outside'
      ? t('files.to-outside', { number: to })
      : t('files.to-queue', { queue: to ?? step });
  });
  const told: [string, string][] = [
    [t('files.offered'), t(`files.strategy.${q.strategy}`)],
    [
      t('reports.col.service_level'),
      t('today.aim', {
        share: percent.format(q.service_percent / 100),
        time: clock(q.service_within_ms),
      }),
    ],
    [t('files.rings'), clock(q.ring_for_ms)],
    [t('state.wrap_up'), clock(q.wrap_up_ms)],
    [t('files.keeps'), t('files.keeps-most', { count: q.max_callers, time: clock(q.max_wait_ms) })],
    [t('files.unstaffed'), t(q.waits_unstaffed ? 'files.wait' : 'files.on')],
    [t('files.sent-on'), overflow.join(' → ') || '–'],
    [
      t('files.keys'),
      q.waiting_keys.map((key) => t(`files.key.${key}`)).join(', ') || t('files.no-keys'),
    ],
    [t('files.recording'), t(`files.taped.${q.recording}`)],
    [t('writeup.code'), q.wrap_up_codes.join(', ') || '–'],
    [t('files.limits'), q.thresholds.join(' · ') || '–'],
    [t('files.messages-to'), q.messages_to.join(', ') || '–'],
  ];
  return (
    <dl className="facts">
      {told.map(([what, value]) => (
        <div key={what} className="pair">
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
