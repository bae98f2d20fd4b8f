import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Card, Crm } from '../../live/picture';
import { Badge, Note } from '../../ui/parts';
import { When } from '../../ui/time';

/** What was known of the caller before: what is owed to them, earlier contacts, the house's books. */
export function Earlier({ card }: { card: Card }) {
  const { t } = useTranslation();
  const owed = card.owed ?? [];
  const past = card.history ?? null;
  return (
    <>
      {owed.length > 0 && (
        <Note tone="warn">
          <strong>{t('earlier.owed')}</strong>
          <ul>
            {owed.map((o) => (
              <li key={`${o.what}${o.since}`}>
                {t(`earlier.what.${o.what}`, { defaultValue: o.what })}
                {o.title ? `: ${o.title}` : ''}{' '}
                <span className="small">
                  (<When at={o.since} />)
                </span>
              </li>
            ))}
          </ul>
        </Note>
      )}
      {card.crm && <Books crm={card.crm} />}
      {past !== null && (
        <section className="stack tight">
          <h3>{t('earlier.title')}</h3>
          {past.length === 0 && <p className="hint">{t('earlier.none')}</p>}
          <ul className="list tight">
            {past.map((p) => (
              <li key={p.contact} className="stack tight">
                <span className="row spread">
                  <Link to="/contacts/$contact" params={{ contact: p.contact }}>
                    <When at={p.at} /> · {p.line}
                  </Link>
                  <span className="small muted">
                    {t(`outcome.${p.ended ?? 'going-on'}`, { defaultValue: p.ended ?? '' })}
                    {p.agent ? ` · ${p.agent}` : ''}
                  </span>
                </span>
                {(p.code || p.note) && (
                  <span className="small">{[p.code, p.note].filter(Boolean).join(': ')}</span>
                )}
                {p.rated && (
                  <span className="small muted">
                    {t('earlier.rated', { answer: p.rated.answer, of: p.rated.of })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What the books of the house say. */
function Books({ crm }: { crm: Crm }) {
  const { t } = useTranslation();
  if (crm.state !== 'known') {
    return <p className="hint">{t(`earlier.crm.${crm.state}`)}</p>;
  }
  const safe = crm.url && /^https?:/i.test(crm.url) ? crm.url : null;
  return (
    <section className="stack tight">
      <h3 className="row">
        {crm.name ?? t('earlier.customer')}
        {crm.tier && <Badge tone="info">{crm.tier}</Badge>}
      </h3>
      {crm.notes && <p>{crm.notes}</p>}
      {(crm.fields ?? []).length > 0 && (
        <dl className="facts">
          {(crm.fields ?? []).map((f) => (
            <div key={f.name} className="pair">
              <dt>{f.name}</dt>
              <dd>{f.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {safe && (
        <a href={safe} target="_blank" rel="noreferrer">
          {t('earlier.books')}
        </a>
      )}
    </section>
  );
}
