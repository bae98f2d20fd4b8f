import { useTranslation } from 'react-i18next';
import { clock } from '../../ui/time';
import { marks, segments } from './journey';
import type { TimelineEvent } from './timeline';

interface StripProps {
  events: readonly TimelineEvent[];
  /** Recorded parts, in milliseconds since the contact began. */
  recorded?: readonly { from: number; to: number }[];
  /** Where a recording plays just now. */
  now?: number | null;
}

/** A contact at a glance: how long it was in the menu, waited, talked and was on hold. */
export function Strip({ events, recorded = [], now = null }: StripProps) {
  const { t } = useTranslation();
  const parts = segments(events);
  const end = Math.max(parts.at(-1)?.to ?? 0, 1);
  if (parts.length === 0) return null;
  const share = (ms: number) => `${(Math.min(ms, end) / end) * 100}%`;
  const words = parts.map((p) => `${t(`strip.${p.phase}`)} ${clock(p.to - p.from)}`).join(', ');
  return (
    <div className="stack tight">
      <div className="strip-bar" role="img" aria-label={words}>
        {parts.map((p) => (
          <span
            key={p.from}
            className={`piece ${p.phase}`}
            style={{ left: share(p.from), width: share(p.to - p.from) }}
            title={`${t(`strip.${p.phase}`)} ${clock(p.to - p.from)}`}
          />
        ))}
        {marks(events)
          .filter((m) => m.kind !== 'people')
          .map((m, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have no names and never change places
            <span key={n} className={`tick ${m.kind}`} style={{ left: share(m.at) }} />
          ))}
        {recorded.map((r) => (
          <span
            key={r.from}
            className="taped"
            style={{ left: share(r.from), width: share(r.to - r.from) }}
          />
        ))}
        {now !== null && <span className="playhead" style={{ left: share(now) }} />}
      </div>
      <p className="row small muted strip-keys" aria-hidden="true">
        {(['menu', 'wait', 'talk', 'hold'] as const)
          .filter((phase) => parts.some((p) => p.phase === phase))
          .map((phase) => (
            <span key={phase} className="row">
              <span className={`swatch ${phase}`} />
              {t(`strip.${phase}`)}
            </span>
          ))}
        {marks(events).some((m) => m.kind === 'key') && (
          <span className="row">
            <span className="swatch key" />
            {t('strip.key')}
          </span>
        )}
        {recorded.length > 0 && (
          <span className="row">
            <span className="swatch tape" />
            {t('strip.taped')}
          </span>
        )}
      </p>
    </div>
  );
}
