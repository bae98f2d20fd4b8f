import { useTranslation } from 'react-i18next';
import type { Card } from '../../live/picture';
import { told } from '../../ui/number';
import { Badge, Note, type Tone } from '../../ui/parts';
import { Length, When } from '../../ui/time';
import { stops, useLanguageName, useReason, useStepWords } from './words';

function tone(kind: string | undefined): Tone {
  switch (kind) {
    case 'fault':
      return 'bad';
    case 'silence':
    case 'wrong_keys':
      return 'warn';
    default:
      return 'info';
  }
}

/** The context card: who calls, why, and what they have told already. */
export function CardView({ card, whole = true }: { card: Card; whole?: boolean }) {
  const { t } = useTranslation();
  const reason = useReason();
  const language = useLanguageName();
  const entries = Object.entries(card.entries);
  return (
    <div className="stack card" data-contact={card.contact}>
      <div className="row spread">
        <div>
          <p className="caller number">{told(card.caller) || t('card.nobody')}</p>
          {card.subject && <p className="subject">{card.subject}</p>}
        </div>
        {card.reason && <Badge tone={tone(card.reason.kind)}>{reason(card.reason)}</Badge>}
      </div>
      <dl className="facts">
        <dt>{t('card.line')}</dt>
        <dd>{card.line}</dd>
        {card.queue && (
          <>
            <dt>{t('card.queue')}</dt>
            <dd>{card.queue}</dd>
          </>
        )}
        {card.language && (
          <>
            <dt>{t('card.language')}</dt>
            <dd>{language(card.language)}</dd>
          </>
        )}
        <dt>{t('card.waited')}</dt>
        <dd>
          <Length ms={card.waited_s * 1000} />
        </dd>
        <dt>{t('card.called')}</dt>
        <dd>
          <When at={card.started} />
        </dd>
      </dl>
      {card.failures.length > 0 && (
        <Note tone="warn">
          <strong>{t('card.failures')}</strong>
          <ul lang="en">
            {card.failures.map((f) => (
              <li key={f}>{f}</li>
            ))}
          </ul>
        </Note>
      )}
      {entries.length > 0 && (
        <section className="stack tight">
          <h3>{t('card.entries')}</h3>
          <dl className="facts">
            {entries.map(([name, value]) => (
              <div key={name} className="pair">
                <dt>{name}</dt>
                <dd className="number">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {whole && <Path card={card} />}
    </div>
  );
}

function Path({ card }: { card: Card }) {
  const { t } = useTranslation();
  const words = useStepWords();
  const path = stops(card.path);
  if (path.length === 0) return null;
  return (
    <section className="stack tight">
      <h3>{t('card.path')}</h3>
      {card.steps_forgotten > 0 && (
        <p className="hint">{t('card.forgotten', { count: card.steps_forgotten })}</p>
      )}
      <ol className="path">
        {path.map((stop, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a caller comes to a node more than once
          <li key={i}>
            <span>{stop.label}</span>
            {stop.did.map((step, j) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nor do steps have names
              <span key={j} className="did">
                {words(step)}
              </span>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
