import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMe } from '../../app/session';
import { useLive } from '../../live';
import type { Card } from '../../live/picture';
import { usePagePhone } from '../../phone/provider';
import { useDraft } from '../../ui/draft';
import { Badge, Button, Empty, Loading, Note, Panel, Trouble } from '../../ui/parts';
import { Since } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { Approvals } from './approvals';
import { CardView } from './card';
import { Chat } from './chat';
import { AnswerButtons, Controls, Keypad, LineButtons, LineTrouble } from './controls';
import { Dial } from './dial';
import { Earlier } from './earlier';
import { People } from './people';
import { type Phone, usePhone } from './phone';
import { PhonePanel, PhoneTrouble } from './phonepanel';
import { OwnState } from './state';
import { Work } from './work';
import { FollowUp, useContact, WriteUp } from './writeup';

export function DeskPage() {
  const { t } = useTranslation();
  useTitle(t('nav.desk'));
  const me = useMe();
  const { picture, status } = useLive();
  const phone = usePhone();
  return (
    <>
      <div className="pagehead">
        <h1>{t('nav.desk')}</h1>
        {phone.agent && <OwnState agent={phone.agent} />}
      </div>
      {!me.agent && <Note tone="warn">{t('desk.no-agent')}</Note>}
      {me.agent && !phone.agent && status === 'live' && (
        <Note tone="warn">{t('desk.unknown', { agent: me.agent })}</Note>
      )}
      <div className="desk">
        <div className="stack">
          {me.agent && <PhoneTrouble />}
          {me.agent && <LineTrouble />}
          {me.agent && <OtherCall phone={phone} />}
          {me.agent && <Talk phone={phone} agent={me.agent} />}
          <Work />
        </div>
        <div className="stack">
          {me.agent && <PhonePanel />}
          {me.agent && <Dial phone={phone} agent={me.agent} />}
          <Waiting queues={Object.values(picture.queues)} />
          <People />
          <Notifications />
        </div>
      </div>
    </>
  );
}

/** Asks once whether the browser may tell of a ring while another window is in front. */
function Notifications() {
  const { t } = useTranslation();
  const able = 'Notification' in globalThis && globalThis.isSecureContext;
  const [state, setState] = useState(able ? Notification.permission : 'denied');
  if (state !== 'default') return null;
  return (
    <div className="row">
      <Button
        onPress={() => {
          void Notification.requestPermission().then(setState);
        }}
      >
        {t('desk.notify')}
      </Button>
    </div>
  );
}

interface QueueLine {
  queue: string;
  waiting: number;
  waiting_since?: string | null;
}

function Waiting({ queues }: { queues: readonly QueueLine[] }) {
  const { t } = useTranslation();
  if (queues.length === 0) return null;
  return (
    <Panel title={t('desk.queues')}>
      <ul className="list tight">
        {queues.map((q) => (
          <li key={q.queue} className="row spread">
            <span>{q.queue}</span>
            <span className="number">
              {t('desk.waiting', { count: q.waiting })}
              {q.waiting_since && (
                <>
                  {' · '}
                  <Since at={q.waiting_since} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A call of this page's phone that is about no caller: of a colleague, or one that was asked for. */
function OtherCall({ phone }: { phone: Phone }) {
  const { t } = useTranslation();
  const { phone: page } = usePagePhone();
  const [keypad, setKeypad] = useState(false);
  const { line } = phone;
  if (!line || (line.contact !== null && line.contact === phone.contact)) return null;
  // A talk that was taken again after a reload: its card is there in a moment.
  if (line.stage === 'talking' && line.from === '') return null;
  return (
    <Panel
      title={t(line.stage === 'talking' ? 'talk.talking' : 'talk.ringing')}
      className={line.stage === 'talking' ? '' : 'ringing'}
    >
      <p className="subject">{line.from}</p>
      <div className="row">
        <AnswerButtons />
        <LineButtons keypad={keypad} onKeypad={() => setKeypad(!keypad)} />
        {line.stage === 'talking' && (
          <Button look="danger" onPress={() => page?.hangUp()}>
            {t('call.hang-up')}
          </Button>
        )}
      </div>
      {keypad && line.stage === 'talking' && <Keypad />}
    </Panel>
  );
}

/** The record's clock and that of who wraps up differ by no more. */
const CLOCKS_MS = 5_000;

/**
 * Whom the wrap-up is about, where the stream does not tell it any more. This tab has seen the talk; or else the
 * record has one that ended when the wrap-up began: an older one is somebody else's.
 */
function useLastContact(phone: Phone, agent: string): string | null {
  const [seen, setSeen] = useDraft(`talk.${agent}`);
  const talks = phone.state === 'talking' ? phone.contact : null;
  useEffect(() => {
    if (talks) setSeen(talks);
  }, [talks, setSeen]);
  const last = useQuery({
    queryKey: ['contacts', 'last', agent],
    enabled: phone.state === 'after' && phone.contact === null && seen === '',
    queryFn: () => got(api.GET('/api/v1/contacts', { params: { query: { agent, limit: 1 } } })),
  });
  if (phone.state !== 'after') return null;
  if (seen) return seen;
  const told = last.data?.items[0];
  const over = Date.parse(told?.started ?? '') + (told?.ended_ms ?? 0);
  const since = Date.parse(phone.agent?.since ?? '');
  return told && over > since - CLOCKS_MS ? told.contact : null;
}

/** Whom the phone rings for, whom they talk to, or whom they talked to. */
function Talk({ phone, agent }: { phone: Phone; agent: string }) {
  const { t } = useTranslation();
  const last = useLastContact(phone, agent);
  const contact = phone.contact ?? last;
  if (!contact) {
    return (
      <Panel title={t('talk.none')}>
        <Empty>{t(phone.state === 'absent' ? 'talk.absent' : 'talk.quiet')}</Empty>
      </Panel>
    );
  }
  return <TalkOf key={contact} phone={phone} agent={agent} contact={contact} />;
}

function TalkOf({ phone, agent, contact }: { phone: Phone; agent: string; contact: string }) {
  const { t } = useTranslation();
  const told = phone.card?.contact === contact ? phone.card : null;
  const recorded = useContact(contact);
  const card = told ?? (recorded.data?.card as unknown as Card | undefined) ?? null;
  const queue = phone.call?.queue ?? card?.queue ?? null;
  const title =
    phone.state === 'ringing'
      ? 'talk.ringing'
      : phone.state === 'after'
        ? 'talk.after'
        : 'talk.talking';
  return (
    <Panel
      title={t(title)}
      className={phone.state === 'ringing' ? 'ringing' : ''}
      more={
        <div className="row">
          {phone.call?.stage === 'held' && <Badge tone="warn">{t('stage.held')}</Badge>}
          {phone.agent && (
            <span className="timer number">
              <Since at={phone.agent.since} />
            </span>
          )}
        </div>
      }
    >
      {phone.state === 'ringing' &&
        (phone.line ? <AnswerButtons /> : <p className="muted">{t('talk.answer-by-phone')}</p>)}
      <Controls phone={phone} contact={contact} />
      <div className="talk">
        <div className="stack">
          {card ? (
            <>
              <CardView card={card} />
              <Earlier card={card} />
            </>
          ) : recorded.error ? (
            <Trouble error={recorded.error} again={() => void recorded.refetch()} />
          ) : (
            <Loading />
          )}
          <p className="small">
            <Link to="/contacts/$contact" params={{ contact }}>
              {t('talk.journey')}
            </Link>
          </p>
        </div>
        {phone.state !== 'ringing' && (
          <div className="stack">
            <WriteUp
              agent={agent}
              contact={contact}
              queue={queue}
              after={phone.state === 'after'}
            />
            <FollowUp contact={contact} queue={queue} />
            <Approvals contact={contact} asks={phone.state === 'talking'} />
            <Chat contact={contact} />
          </div>
        )}
      </div>
    </Panel>
  );
}
