import { useId, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../app/session';
import { useLive } from '../../live';
import type { AgentNow } from '../../live/picture';
import { AgentBadge } from '../../ui/agent';
import { Button, Empty, Field, Note, Trouble } from '../../ui/parts';
import { byFree } from './people';
import { type Target, useOrder } from './talk';

/** Above so many a list is looked through by name. */
const MANY = 6;
/** More are not shown: a name finds them. */
const SHOWN = 30;

interface Asks {
  step: string;
  to: { kind: string; name: string };
}

/** Whom the agent asks while the caller waits, and what can come of it. */
export function Asking({ contact, asks }: { contact: string; asks: Asks }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const order = useOrder(contact);
  const name =
    asks.to.kind === 'agent' ? (picture.agents[asks.to.name]?.name ?? asks.to.name) : asks.to.name;
  const talks = asks.step === 'talks';
  return (
    <div className="stack asking">
      <p role="status">
        <strong>{t(talks ? 'handing.asking' : 'handing.ringing', { name })}</strong>{' '}
        <span className="muted">{t('handing.waits')}</span>
      </p>
      <div className="row">
        <Button look="primary" isPending={order.busy} onPress={() => order.run({ to: 'complete' })}>
          {t(talks ? 'handing.complete' : 'handing.complete-early')}
        </Button>
        {talks && (
          <Button isPending={order.busy} onPress={() => order.run({ to: 'conference' })}>
            {t('handing.conference')}
          </Button>
        )}
        <Button isPending={order.busy} onPress={() => order.run({ to: 'cancel' })}>
          {t('handing.cancel')}
        </Button>
      </div>
      {order.problem && <Trouble error={order.problem} />}
    </div>
  );
}

/** The directory: who is free, and the two ways to hand a caller on. */
export function HandOn({ contact, onDone }: { contact: string; onDone: () => void }) {
  const { t } = useTranslation();
  const order = useOrder(contact, onDone);
  const hint = useId();
  const pick = (whom: Target) => (
    <Ways
      busy={order.busy}
      describedBy={hint}
      onAsk={() => order.run({ to: 'consult', whom })}
      onGo={() => order.run({ to: 'transfer', whom })}
    />
  );
  return (
    <section className="stack handon" aria-label={t('call.hand-on')}>
      <p className="hint" id={hint}>
        {t('handing.hint')}
      </p>
      {order.problem && <Trouble error={order.problem} />}
      <Tabs className="tabs">
        <TabList className="tablist" aria-label={t('handing.to')}>
          <Tab id="agents" className="tab">
            {t('handing.agents')}
          </Tab>
          <Tab id="queues" className="tab">
            {t('handing.queues')}
          </Tab>
          <Tab id="number" className="tab">
            {t('handing.number')}
          </Tab>
        </TabList>
        <TabPanel id="agents">
          <Colleagues of={(agent) => pick({ agent: agent.agent })} />
        </TabPanel>
        <TabPanel id="queues">
          <Queues of={(queue) => pick({ queue })} />
        </TabPanel>
        <TabPanel id="number">
          <NumberOf of={(number) => pick({ number })} />
        </TabPanel>
      </Tabs>
    </section>
  );
}

interface WaysProps {
  busy: boolean;
  describedBy: string;
  onAsk: () => void;
  onGo: () => void;
}

function Ways({ busy, describedBy, onAsk, onGo }: WaysProps) {
  const { t } = useTranslation();
  return (
    <span className="row ways">
      <Button isPending={busy} aria-describedby={describedBy} onPress={onAsk}>
        {t('handing.ask')}
      </Button>
      <Button isPending={busy} aria-describedby={describedBy} onPress={onGo}>
        {t('handing.go')}
      </Button>
    </span>
  );
}

function Colleagues({ of }: { of: (agent: AgentNow) => React.ReactNode }) {
  const { t } = useTranslation();
  const me = useMe();
  const { picture } = useLive();
  const [wanted, setWanted] = useState('');
  const others = Object.values(picture.agents).filter((a) => a.agent !== me.agent);
  const needle = wanted.trim().toLowerCase();
  const found = byFree(others.filter((a) => `${a.name} ${a.agent}`.toLowerCase().includes(needle)));
  return (
    <div className="stack">
      {others.length > MANY && (
        <Field label={t('people.find')} type="search" value={wanted} onChange={setWanted} />
      )}
      {found.length === 0 && <Empty>{t('people.nobody')}</Empty>}
      <ul className="list tight">
        {found.slice(0, SHOWN).map((a) => (
          <li key={a.agent} className="row spread" data-agent={a.agent}>
            <span className="row">
              {a.name} <AgentBadge agent={a} />
            </span>
            {a.state !== 'offline' && of(a)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Queues({ of }: { of: (queue: string) => React.ReactNode }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const queues = Object.values(picture.queues);
  return (
    <div className="stack">
      {queues.length === 0 && <Empty>{t('handing.no-queues')}</Empty>}
      <ul className="list tight">
        {queues.map((q) => (
          <li key={q.queue} className="row spread">
            <span>
              {q.queue}{' '}
              <span className="muted small">
                {t('people.ready', { count: q.ready })} · {t('desk.waiting', { count: q.waiting })}
              </span>
            </span>
            {of(q.queue)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function NumberOf({ of }: { of: (number: string) => React.ReactNode }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState('');
  const dialled = number.replace(/[\s()/.-]/g, '');
  const good = /^\+?[0-9]{2,20}$/.test(dialled);
  return (
    <div className="stack">
      <Field
        label={t('handing.number')}
        value={number}
        onChange={setNumber}
        maxLength={32}
        inputMode="tel"
        hint={t('handing.number-hint')}
        wrong={number !== '' && !good ? t('handing.number-wrong') : undefined}
      />
      {good ? <div className="row">{of(dialled)}</div> : null}
    </div>
  );
}

/** What became of handing somebody on, where it failed: told once, and put away by hand. */
export function HandingFailed(props: { to: string; forbidden: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { to, forbidden, onClose } = props;
  return (
    <Note tone="warn">
      {t(forbidden ? 'handing.not-allowed' : 'handing.failed', { to })}
      <span>
        <Button onPress={onClose}>{t('close')}</Button>
      </span>
    </Note>
  );
}
