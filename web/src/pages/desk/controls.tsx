import {
  Circle,
  Grip,
  Mic,
  MicOff,
  Pause,
  PhoneForwarded,
  Phone as PhoneIcon,
  PhoneOff,
  Play,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { usePagePhone } from '../../phone/provider';
import { useCommand } from '../../ui/command';
import { Button, Note, Trouble } from '../../ui/parts';
import { useFreshOf } from './chat';
import { Asking, HandingFailed, HandOn } from './handing';
import type { Phone } from './phone';
import { QualityNote } from './phonepanel';
import { useOrder, useTalk } from './talk';
import { useContact } from './writeup';

/** Answer and reject, where the phone is in this page. */
export function AnswerButtons() {
  const { t } = useTranslation();
  const { now, phone } = usePagePhone();
  if (!now.line || now.line.stage === 'talking') return null;
  const answering = now.line.stage === 'answering';
  return (
    <span className="row">
      <Button look="answer" isPending={answering} onPress={() => void phone?.answer()}>
        <PhoneIcon className="icon" aria-hidden="true" />
        {t(answering ? 'call.answering' : 'call.answer')}
      </Button>
      <Button isPending={answering} onPress={() => phone?.reject()}>
        {t('call.reject')}
      </Button>
    </span>
  );
}

/** Mute and keypad: of the phone in this page alone. */
export function LineButtons({ keypad, onKeypad }: { keypad?: boolean; onKeypad?: () => void }) {
  const { t } = useTranslation();
  const { now, phone } = usePagePhone();
  const { line } = now;
  if (line?.stage !== 'talking') return null;
  const Icon = line.muted ? MicOff : Mic;
  return (
    <>
      <Button
        look={line.muted ? 'on' : 'plain'}
        aria-pressed={line.muted}
        onPress={() => phone?.mute(!line.muted)}
      >
        <Icon className="icon" aria-hidden="true" />
        {t(line.muted ? 'call.unmute' : 'call.mute')}
      </Button>
      {onKeypad && (
        <Button look={keypad ? 'on' : 'plain'} aria-expanded={keypad ?? false} onPress={onKeypad}>
          <Grip className="icon" aria-hidden="true" />
          {t('call.keypad')}
        </Button>
      )}
    </>
  );
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Keys for a menu at the other end; the keyboard's own keys do as well. */
export function Keypad() {
  const { t } = useTranslation();
  const { phone } = usePagePhone();
  const [pressed, setPressed] = useState('');
  const press = (key: string) => {
    phone?.press(key);
    setPressed((p) => (p + key).slice(-24));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a legend, which this has no room for
    <div
      className="keypad"
      role="group"
      aria-label={t('call.keypad')}
      onKeyDown={(event) => {
        if (KEYS.includes(event.key)) press(event.key);
      }}
    >
      <output className="number" aria-live="off">
        {pressed || ' '}
      </output>
      {KEYS.map((key, i) => (
        <Button key={key} autoFocus={i === 0} onPress={() => press(key)}>
          {key}
        </Button>
      ))}
    </div>
  );
}

/** What went wrong with the voice of this page, and what is done about it. */
export function LineTrouble() {
  const { t } = useTranslation();
  const { now, phone } = usePagePhone();
  const { line } = now;
  return (
    <>
      {line?.broken && <Note tone="warn">{t('call.broken')}</Note>}
      {line?.blocked && (
        <Note tone="warn">
          {t('call.blocked')}
          <span>
            <Button look="primary" onPress={() => phone?.hear()}>
              {t('call.hear')}
            </Button>
          </span>
        </Note>
      )}
      {now.returning && <Note tone="warn">{t('call.returning')}</Note>}
      {now.gone && <Note tone="warn">{t('call.gone')}</Note>}
    </>
  );
}

/** Everything that an agent does in a talk. */
export function Controls({ phone, contact }: { phone: Phone; contact: string }) {
  const { t } = useTranslation();
  const page = usePagePhone();
  const [open, setOpen] = useState<'keypad' | 'hand-on' | null>(null);
  const talk = useTalk(contact, phone.call);
  const order = useOrder(contact);
  const failed = useFailed(contact);
  const now = talk.data?.talk ?? null;
  if (phone.state !== 'talking') return null;
  const held = phone.call?.stage === 'held';
  const asks = now?.asks ?? phone.call?.consult ?? null;
  const transferring = now?.transferring ?? phone.call?.stage === 'transferring';
  const three = (phone.call?.others ?? []).some((o) => o.part === 'talks');
  const toggle = (what: 'keypad' | 'hand-on') => setOpen((o) => (o === what ? null : what));
  return (
    <div className="stack controls">
      {/* biome-ignore lint/a11y/useSemanticElements: a toolbar without a legend */}
      <div className="row" role="group" aria-label={t('call.controls')}>
        <LineButtons keypad={open === 'keypad'} onKeypad={() => toggle('keypad')} />
        {!asks && !three && (
          <Button
            look={held ? 'on' : 'plain'}
            isPending={order.busy}
            isDisabled={transferring}
            aria-pressed={held}
            onPress={() => order.run({ to: held ? 'resume' : 'hold' })}
          >
            {held ? (
              <Play className="icon" aria-hidden="true" />
            ) : (
              <Pause className="icon" aria-hidden="true" />
            )}
            {t(held ? 'call.resume' : 'call.hold')}
          </Button>
        )}
        {!asks && !three && (
          <Button
            look={open === 'hand-on' ? 'on' : 'plain'}
            isDisabled={transferring}
            aria-expanded={open === 'hand-on'}
            onPress={() => toggle('hand-on')}
          >
            <PhoneForwarded className="icon" aria-hidden="true" />
            {t('call.hand-on')}
          </Button>
        )}
        <Recording contact={contact} />
        {!asks && (
          <Button
            look="danger"
            isPending={order.busy}
            onPress={() => {
              if (page.now.line?.stage === 'talking') page.phone?.hangUp();
              else order.run({ to: 'hang-up' });
            }}
          >
            <PhoneOff className="icon" aria-hidden="true" />
            {t('call.hang-up')}
          </Button>
        )}
      </div>
      {order.problem && <Trouble error={order.problem} />}
      {failed && !transferring && (
        <HandingFailed to={failed.to} forbidden={failed.forbidden} onClose={failed.close} />
      )}
      {transferring && !asks && <Note tone="good">{t('handing.under-way')}</Note>}
      {asks && <Asking contact={contact} asks={asks} />}
      {three && <Note tone="good">{t('handing.three')}</Note>}
      {open === 'keypad' && page.now.line?.stage === 'talking' && <Keypad />}
      {open === 'hand-on' && !asks && !transferring && (
        <HandOn contact={contact} onDone={() => setOpen(null)} />
      )}
      {!held && !asks && !transferring && <QualityNote />}
    </div>
  );
}

interface Failed {
  event: string;
  at_ms: number;
  status?: number | null;
  to?: { agent?: string; queue?: string; number?: string };
}

/** Handing the caller on has failed: until it was read. */
function useFailed(contact: string) {
  useFreshOf('contact');
  const detail = useContact(contact);
  const [read, setRead] = useState(-1);
  const events = (detail.data?.timeline ?? []) as unknown as Failed[];
  const last = events.filter((e) => e.event === 'transfer_failed').at(-1);
  if (!last || last.at_ms <= read) return null;
  const to = last.to?.agent ?? last.to?.queue ?? last.to?.number ?? '';
  // Nothing rang: the number is one that may not be called.
  return { to, forbidden: last.status === 403, close: () => setRead(last.at_ms) };
}

/** Pausing what is recorded, where something is. */
function Recording({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const detail = useContact(contact);
  const events = (detail.data?.timeline ?? []) as unknown as { event: string; step?: unknown }[];
  const last = events.filter((e) => e.event === 'recording').at(-1)?.step;
  const params = { path: { contact } };
  const switchTo = useCommand(
    (paused: boolean) =>
      paused
        ? got(api.POST('/api/v1/contacts/{contact}/recording/pause', { params }))
        : got(api.POST('/api/v1/contacts/{contact}/recording/resume', { params })),
    { refresh: ['contact'] },
  );
  const going = last === 'started' || last === 'resumed' || last === 'paused';
  if (!going) return null;
  // The record is written behind: what was answered last holds until it tells.
  const paused = last === 'paused';
  return (
    <>
      <Button
        isPending={switchTo.busy}
        aria-pressed={paused}
        look={paused ? 'on' : 'plain'}
        onPress={() => switchTo.run(!paused)}
      >
        <Circle className="icon" aria-hidden="true" />
        {t(paused ? 'call.record' : 'call.record-pause')}
      </Button>
      {switchTo.problem && <Trouble error={switchTo.problem} />}
    </>
  );
}
