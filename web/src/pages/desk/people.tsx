import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../app/session';
import { useLive } from '../../live';
import type { AgentNow } from '../../live/picture';
import { AgentBadge } from '../../ui/agent';
import { Empty, Field, Panel } from '../../ui/parts';

/** Who is free: those who are, first. */
const ORDER = [
  'ready',
  'wrap_up',
  'engaged',
  'talking',
  'offered',
  'paused',
  'missed',
  'offline',
] as const;

/** Who is free comes first. */
export function byFree(agents: readonly AgentNow[]): AgentNow[] {
  return [...agents].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
  );
}

/** Above so many a list is looked through by name. */
const MANY = 8;

export function People() {
  const { t } = useTranslation();
  const me = useMe();
  const { picture } = useLive();
  const [wanted, setWanted] = useState('');
  const others = Object.values(picture.agents).filter((a) => a.agent !== me.agent);
  const needle = wanted.trim().toLowerCase();
  const shown = byFree(others.filter((a) => `${a.name} ${a.agent}`.toLowerCase().includes(needle)));
  return (
    <Panel
      title={t('people.title')}
      more={
        <span className="muted small">
          {t('people.ready', { count: others.filter((a) => a.state === 'ready').length })}
        </span>
      }
    >
      {others.length > MANY && (
        <Field label={t('people.find')} type="search" value={wanted} onChange={setWanted} />
      )}
      {shown.length === 0 && <Empty>{t('people.nobody')}</Empty>}
      <ul className="list tight">
        {shown.slice(0, 50).map((a) => (
          <li key={a.agent} className="row spread">
            <span>
              {a.name}
              {a.name !== a.agent && <span className="muted small"> {a.agent}</span>}
            </span>
            <AgentBadge agent={a} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
