import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay, useMe } from '../../app/session';
import type { CallNow } from '../../live/picture';
import { usePagePhone } from '../../phone/provider';
import { useCommand } from '../../ui/command';
import { masked, told } from '../../ui/number';
import { Button, Dialog, Note, Trouble } from '../../ui/parts';
import { Since } from '../../ui/time';
import { Chat } from '../desk/chat';

const ORDERS = ['listen', 'whisper', 'barge', 'take-over'] as const;
type Order = (typeof ORDERS)[number] | 'leave';

function give(contact: string, order: Order) {
  const options = { params: { path: { contact } }, body: {} };
  switch (order) {
    case 'listen':
      return got(api.POST('/api/v1/calls/{contact}/listen', options));
    case 'whisper':
      return got(api.POST('/api/v1/calls/{contact}/whisper', options));
    case 'barge':
      return got(api.POST('/api/v1/calls/{contact}/barge', options));
    case 'take-over':
      return got(api.POST('/api/v1/calls/{contact}/take-over', options));
    case 'leave':
      return got(api.POST('/api/v1/calls/{contact}/leave', options));
  }
}

interface CallDialogProps {
  /** As the live picture has it; none: it is over. */
  call: CallNow | undefined;
  contact: string | null;
  onClose: () => void;
}

/** One call from the board: what a supervisor may do with the talk, and what is written about it. */
export function CallDialog({ call, contact, onClose }: CallDialogProps) {
  const { t } = useTranslation();
  const number = told(call?.caller);
  const title = number
    ? t('orders.title', { caller: masked(number) })
    : t('orders.title', { caller: t('card.nobody') });
  return (
    <Dialog title={title} open={contact !== null} onClose={onClose}>
      {contact !== null && (
        <section className="stack">
          {call ? <Facts call={call} /> : <Note tone="warn">{t('orders.over')}</Note>}
          {call && <Orders call={call} />}
          <Chat contact={contact} title={t('notes.title')} />
          <div className="row spread">
            <Link to="/contacts/$contact" params={{ contact }}>
              {t('talk.journey')}
            </Link>
            <Button onPress={onClose}>{t('close')}</Button>
          </div>
        </section>
      )}
    </Dialog>
  );
}

function Facts({ call: c }: { call: CallNow }) {
  const { t } = useTranslation();
  const others = c.others ?? [];
  return (
    <dl className="facts">
      <dt>{t('board.stage')}</dt>
      <dd>
        {t(`stage.${c.stage}`)} <Since at={c.since} />
      </dd>
      {c.queue && (
        <>
          <dt>{t('contacts.queue')}</dt>
          <dd>{c.queue}</dd>
        </>
      )}
      {c.agents.length > 0 && (
        <>
          <dt>{t('contacts.agent')}</dt>
          <dd>{c.agents.join(', ')}</dd>
        </>
      )}
      {others.length > 0 && (
        <>
          <dt>{t('orders.beside')}</dt>
          <dd>{others.map((o) => `${o.who.name} (${t(`orders.part.${o.part}`)})`).join(', ')}</dd>
        </>
      )}
    </dl>
  );
}

function Orders({ call: c }: { call: CallNow }) {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const mine = (c.others ?? []).find((o) => me.agent && o.who.name === me.agent);
  const page = usePagePhone();
  const here = page.now.ready === 'ready';
  const order = useCommand((what: Order) => {
    // It rings here in a moment, behind this dialog: who asked for it need not answer.
    if (here && !mine) page.phone?.expect(c.contact);
    return give(c.contact, what).catch((e: unknown) => {
      page.phone?.expectNothing();
      throw e;
    });
  });
  if (!may.lead) return null;
  const talks = c.stage === 'talking' || c.stage === 'held';
  const own = Boolean(me.agent && c.agents.includes(me.agent));
  if (!me.agent) return <Note tone="warn">{t('orders.no-phone')}</Note>;
  if (!talks) return <p className="hint">{t('orders.no-talk')}</p>;
  if (own) return <p className="hint">{t('orders.own')}</p>;
  return (
    <div className="stack tight">
      <div className="row">
        {ORDERS.map((what) => (
          <Button
            key={what}
            isPending={order.busy}
            isDisabled={partOf(what) === mine?.part}
            onPress={() => order.run(what)}
          >
            {t(`orders.${what}`)}
          </Button>
        ))}
        {mine && (
          <Button isPending={order.busy} onPress={() => order.run('leave')}>
            {t('orders.leave')}
          </Button>
        )}
      </div>
      {!mine && (
        <p className="hint">{t(here ? 'orders.here' : 'orders.rings', { agent: me.agent })}</p>
      )}
      <p role="status" className="small">
        {mine && t(`orders.you.${mine.part}`, { defaultValue: '' })}
        {!mine && !here && order.done && t('orders.asked', { agent: me.agent })}
      </p>
      {order.problem && <Trouble error={order.problem} />}
    </div>
  );
}

/** The part in a talk that an order gives. */
function partOf(order: Order): string | null {
  switch (order) {
    case 'listen':
      return 'listens';
    case 'whisper':
      return 'whispers';
    case 'barge':
      return 'talks';
    case 'take-over':
    case 'leave':
      return null;
  }
}
