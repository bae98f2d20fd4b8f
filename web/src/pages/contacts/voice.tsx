import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Badge, Panel, type Tone } from '../../ui/parts';
import type { Codec } from './emodel';
import { type Grade, qualityOf } from './quality';
import type { TimelineEvent } from './timeline';

/** As people call them. */
const CODECS: Record<Codec, string> = {
  PCMU: 'G.711 µ-law',
  PCMA: 'G.711 A-law',
  G722: 'G.722',
  opus: 'Opus',
};

const TONES: Record<Grade, Tone> = { good: 'good', fair: 'warn', poor: 'bad', bad: 'bad' };

/** How well each side was heard, in plain words first. */
export function VoiceQuality({ events }: { events: readonly TimelineEvent[] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const legs = events.filter((e) => e.event === 'media' && e.figures);
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  if (legs.length === 0) return null;
  return (
    <Panel title={t('voice.title')}>
      <ul className="list">
        {legs.map((e, n) => {
          const figures = e.figures;
          if (!figures) return null;
          const quality = qualityOf(figures);
          const leg = t(`party.${e.leg}`, { defaultValue: e.leg ?? '' });
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: legs have no names and never change places
            <li key={n} className="stack tight">
              <div className="row spread">
                <h3>{leg}</h3>
                {quality ? (
                  <Badge tone={TONES[quality.grade]}>{t(`voice.grade.${quality.grade}`)}</Badge>
                ) : (
                  <Badge tone="none">{t('voice.short')}</Badge>
                )}
              </div>
              {quality?.why && <p>{t(`voice.why.${quality.why}`)}</p>}
              <dl className="facts small">
                {quality && (
                  <>
                    <dt>{t('voice.mos')}</dt>
                    <dd className="number">{one.format(quality.mos)}</dd>
                    {figures.codec && (
                      <>
                        <dt>{t('voice.codec')}</dt>
                        <dd>
                          {CODECS[figures.codec] ?? figures.codec},{' '}
                          {t(`voice.band.${quality.band}`)}
                        </dd>
                      </>
                    )}
                    <dt>{t('voice.loss')}</dt>
                    <dd className="number">{share.format(quality.loss)}</dd>
                  </>
                )}
                <dt>{t('voice.jitter')}</dt>
                <dd className="number">{one.format(figures.jitter_ms)} ms</dd>
                {figures.round_trip_ms !== undefined && (
                  <>
                    <dt>{t('voice.round-trip')}</dt>
                    <dd className="number">{whole.format(figures.round_trip_ms)} ms</dd>
                  </>
                )}
                <dt>{t('voice.packets')}</dt>
                <dd className="number">
                  {whole.format(figures.received)} / {whole.format(figures.lost)}
                </dd>
              </dl>
            </li>
          );
        })}
      </ul>
      <p className="hint">{t('voice.about')}</p>
    </Panel>
  );
}
