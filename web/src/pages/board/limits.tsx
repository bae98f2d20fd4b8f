import { useTranslation } from 'react-i18next';
import type { QueueNow } from '../../live/picture';
import { useLocale } from '../../ui/locale';
import { Badge } from '../../ui/parts';
import { clock, Since } from '../../ui/time';

/** A limit of the settings in words: `longest_wait > 2m for 30s` is the longest wait, above 2m. */
export function limitOf(text: string): { figure: string; over: boolean; value: string } | null {
  const found = /^\s*(\w+)\s*(<|>)=?\s*(\S+)/.exec(text);
  const [, figure, sign, value] = found ?? [];
  return figure && sign && value ? { figure, over: sign === '>', value } : null;
}

/** The limits of a queue that are crossed. Words say which; the colour only helps to find them. */
export function Limits({ queue }: { queue: QueueNow }) {
  const { t } = useTranslation();
  const crossed = (queue.thresholds ?? []).filter((l) => l.since);
  if (crossed.length === 0) return null;
  return (
    <ul className="stack tight limits">
      {crossed.map((l) => {
        const limit = limitOf(l.threshold);
        const words = limit
          ? t(limit.over ? 'limit.over' : 'limit.under', {
              figure: t(`limit.figure.${limit.figure}`, { defaultValue: limit.figure }),
              value: limit.value,
            })
          : l.threshold;
        const critical = l.level === 'critical';
        return (
          <li key={l.threshold}>
            <Badge tone={critical ? 'bad' : 'warn'}>
              {t(critical ? 'limit.critical' : 'limit.warning')}: {words}
              {l.since && (
                <>
                  {' · '}
                  <Since at={l.since} />
                </>
              )}
            </Badge>
          </li>
        );
      })}
    </ul>
  );
}

/** What a queue has come to today. */
export function Today({ queue }: { queue: QueueNow }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const today = queue.today;
  if (!today) return null;
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const share = (n: number | null | undefined) => (n == null ? '–' : percent.format(n));
  const below = today.service_level != null && today.service_level < today.service_level_aim;
  return (
    <div className="stack tight small">
      <dl className="today">
        <div>
          <dt>{t('today.level')}</dt>
          <dd className="number">
            <strong>{share(today.service_level)}</strong>{' '}
            <span className="muted">
              {t('today.aim', {
                share: percent.format(today.service_level_aim),
                time: clock(today.in_time_ms),
              })}
            </span>
            {below && <span className="below"> {t('today.below')}</span>}
          </dd>
        </div>
        <div>
          <dt>{t('today.half-hour')}</dt>
          <dd className="number">{share(today.service_level_now)}</dd>
        </div>
      </dl>
      <p className="muted number">
        {t('board.answered', { count: today.answered })}
        {' · '}
        {t('board.abandoned', { count: today.abandoned })}
        {today.abandon_rate != null && ` (${share(today.abandon_rate)})`}
      </p>
    </div>
  );
}
