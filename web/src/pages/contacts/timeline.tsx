import { useTranslation } from 'react-i18next';
import type { Reason, Step } from '../../live/picture';
import { useLocale } from '../../ui/locale';
import { clock } from '../../ui/time';
import { useReason, useStepWords } from '../desk/words';
import type { Codec } from './emodel';

interface Target {
  kind: 'agent' | 'queue' | 'number';
  agent?: string;
  queue?: string;
  number?: string;
}

/** One event of a contact's timeline; which fields there are goes with `event`. */
export interface TimelineEvent {
  at_ms: number;
  event: string;
  line?: string;
  dialled?: string;
  caller?: string;
  /** A step through the menu; of other events how far it is. */
  step?: Step | string;
  name?: string;
  value?: { clear?: string; masked?: number };
  survey?: string;
  question?: string;
  answer?: number;
  low?: number;
  high?: number;
  queue?: string;
  reason?: Reason;
  cause?: string;
  to?: Target | 'message' | 'callback' | { queue: string } | { outside: string };
  number?: string;
  agent?: string;
  by?: string;
  sign?: string;
  status?: number | null;
  who?: Target;
  presence?: string;
  message?: number;
  length?: number;
  callback?: number;
  first?: string;
  letter?: number;
  code?: string;
  note?: string;
  what?: string;
  text?: string;
  amount?: number;
  unit?: string;
  /** Granted up to this. */
  most?: number;
  leg?: string;
  figures?: {
    received: number;
    lost: number;
    jitter_ms: number;
    codec?: Codec;
    round_trip_ms?: number;
  };
  verdict?: string;
  end?: string;
  stage?: string;
  node?: string | null;
}

/** Groups by which a timeline is read: the menu, the wait, the people, promises, faults. */
export function lane(event: string): 'menu' | 'wait' | 'people' | 'promise' | 'fault' | 'call' {
  switch (event) {
    case 'step':
    case 'entry':
    case 'judged':
    case 'looked_back':
      return 'menu';
    case 'queued':
    case 'overflowed':
    case 'offered':
    case 'missed':
    case 'calling_back':
      return 'wait';
    case 'connected':
    case 'talk_ended':
    case 'held':
    case 'resumed':
    case 'transfer_started':
    case 'transferred':
    case 'joined':
    case 'parted':
    case 'wrapped_up':
    case 'consulted':
    case 'said':
    case 'approval':
    case 'recording':
      return 'people';
    case 'message_stored':
    case 'callback_stored':
    case 'letter_stored':
    case 'callback_cancelled':
      return 'promise';
    case 'fault':
    case 'agent_lost':
    case 'transfer_failed':
    case 'called_in_vain':
      return 'fault';
    default:
      return 'call';
  }
}

function target(to: TimelineEvent['to'] | Target): string {
  if (typeof to === 'string' || to === undefined) return to ?? '';
  if ('kind' in to) return to.agent ?? to.queue ?? to.number ?? '';
  return 'outside' in to ? to.outside : to.queue;
}

/** Events in words. What is not known (yet) is told by its name. */
export function useEventWords() {
  const { t } = useTranslation();
  const locale = useLocale();
  const reason = useReason();
  const stepWords = useStepWords();
  const number = (n: number) => new Intl.NumberFormat(locale).format(n);
  const amount = (what = '', n?: number, unit?: string) =>
    [what, n != null && number(n), n != null && unit].filter(Boolean).join(' ');
  return (e: TimelineEvent): string => {
    switch (e.event) {
      case 'step': {
        if (typeof e.step !== 'object') return '';
        const words = stepWords(e.step);
        return e.step.what.kind === 'entered' ? words : `${e.step.node}: ${words}`;
      }
      case 'entry': {
        const shown = e.value?.clear ?? '•'.repeat(Math.min(e.value?.masked ?? 0, 32));
        return t('event.entry', { name: e.name, value: shown });
      }
      case 'queued':
        return t('event.queued', { queue: e.queue, reason: e.reason ? reason(e.reason) : '' });
      case 'overflowed': {
        const cause = t(`overflow.${e.cause}`, { defaultValue: e.cause ?? '' });
        return e.to === 'message' || e.to === 'callback'
          ? t(`event.overflow-${e.to}`, { queue: e.queue, cause })
          : t('event.overflow-queue', { queue: e.queue, cause, to: target(e.to) });
      }
      case 'missed':
        return t('event.missed', {
          agent: e.agent,
          cause: t(`missed.${e.cause}`, { defaultValue: e.cause ?? '' }),
        });
      case 'called_in_vain':
        return t(e.number ? 'event.called_in_vain-outside' : 'event.called_in_vain', {
          number: e.number,
          cause: t(`missed.${e.cause}`, { defaultValue: e.cause ?? '' }),
        });
      case 'held':
      case 'resumed':
        return t(`event.${e.event}`, { by: t(`party.${e.by}`, { defaultValue: e.by ?? '' }) });
      case 'transfer_started':
      case 'transferred':
        return t(`event.${e.event}`, { agent: e.agent, to: target(e.to) });
      case 'transfer_failed': {
        const how = e.status === 403 ? 'transfer_not-allowed' : e.event;
        return t(`event.${how}`, { to: target(e.to) });
      }
      case 'joined':
        return t(`event.joined-${e.presence}`, {
          who: target(e.who),
          defaultValue: t('event.joined-talks', { who: target(e.who) }),
        });
      case 'parted':
        return t('event.parted', { who: target(e.who) });
      case 'message_stored':
        return t('event.message_stored', { length: clock(e.length ?? 0) });
      case 'judged':
        return t('event.judged', {
          question: e.question,
          answer: e.answer,
          low: e.low,
          high: e.high,
        });
      case 'recording':
        return [
          t(`aside.taping.${e.step}`, { what: e.what, defaultValue: '' }),
          e.by && t(`aside.taped-by.${e.by}`, { defaultValue: e.by }),
        ]
          .filter(Boolean)
          .join(', ');
      case 'consulted':
        return t(`aside.consulted.${e.step}`, { agent: e.agent, to: target(e.to) });
      case 'said':
        return t('aside.said', { by: e.by, text: e.text });
      case 'approval':
        return [
          t(`aside.approval.${e.step}`, { by: e.by, what: amount(e.what, e.amount, e.unit) }),
          e.most != null && t('aside.most', { limit: amount('', e.most, e.unit) }),
          e.note,
        ]
          .filter(Boolean)
          .join(', ');
      case 'wrapped_up':
        return t('event.wrapped_up', {
          agent: e.agent,
          what: [e.code, e.note].filter(Boolean).join(': '),
        });
      case 'media': {
        const f = e.figures;
        if (!f) return '';
        return t('event.media', {
          leg: t(`party.${e.leg}`, { defaultValue: e.leg ?? '' }),
          received: number(f.received),
          lost: number(f.lost),
          jitter: number(Math.round(f.jitter_ms * 10) / 10),
        });
      }
      case 'ended':
        return t('event.ended', {
          how: t(`outcome.${e.verdict ?? ''}`, { defaultValue: e.verdict ?? '' }),
        });
      default:
        return t(`event.${e.event}`, {
          caller: e.caller,
          dialled: e.dialled,
          agent: e.agent,
          what: e.what,
          defaultValue: e.event.replaceAll('_', ' '),
        });
    }
  };
}

export function Timeline({ events }: { events: readonly TimelineEvent[] }) {
  const words = useEventWords();
  return (
    <ol className="timeline">
      {events.map((e, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no names and never change places
        <li key={i} className={lane(e.event)}>
          <span className="at number">{clock(e.at_ms)}</span>
          <span className="what">{words(e)}</span>
        </li>
      ))}
    </ol>
  );
}
