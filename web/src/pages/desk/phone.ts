import { useMe } from '../../app/session';
import { useLive } from '../../live';
import { type AgentNow, type CallNow, type Card, callOf } from '../../live/picture';
import { usePagePhone } from '../../phone/provider';
import type { Line } from '../../phone/state';

/** What the agent's phone is at. */
export type PhoneState = 'absent' | 'idle' | 'ringing' | 'talking' | 'after';

/**
 * The agent's phone as the desk sees it: the one on the agent's table, which rings, is answered and
 * mutes by its own keys, or the one in this page. What the server does about a talk (hold, hand on)
 * is the same for both.
 */
export interface Phone {
  agent: AgentNow | null;
  state: PhoneState;
  /** Whose card is to be seen. */
  contact: string | null;
  /** The card as it was told before the ring; none after a reload: then the record has it. */
  card: Card | null;
  call: CallNow | null;
  /** What the phone in this page has; none: it is not the one that rings or talks. */
  line: Line | null;
}

function stateOf(agent: AgentNow | null): PhoneState {
  switch (agent?.state) {
    case undefined:
    case 'offline':
      return 'absent';
    case 'offered':
      return 'ringing';
    case 'talking':
      return 'talking';
    case 'wrap_up':
      return 'after';
    case 'ready':
    case 'engaged':
    case 'paused':
    case 'missed':
      return 'idle';
  }
}

/** What the server tells of it, wherever it is. */
function useDeskPhone(): Phone {
  const me = useMe();
  const { picture } = useLive();
  const agent = me.agent ? (picture.agents[me.agent] ?? null) : null;
  const call = me.agent ? (callOf(picture, me.agent) ?? null) : null;
  const { card } = picture;
  const told = stateOf(agent);
  // The card comes before the queue says that it rings.
  const state = card && told === 'idle' ? 'ringing' : told;
  const after = state === 'after' ? picture.last : null;
  return {
    agent,
    state,
    contact: card?.contact ?? call?.contact ?? after,
    card,
    call,
    line: null,
  };
}

/** The phone of whoever looks. */
export function usePhone(): Phone {
  const table = useDeskPhone();
  const { line } = usePagePhone().now;
  const idle = table.state === 'idle' || table.state === 'absent';
  if (line && line.contact !== null && idle) {
    // The phone is faster than the live stream.
    const state = line.stage === 'talking' ? 'talking' : 'ringing';
    return { ...table, state, contact: line.contact, line };
  }
  // What rings here and is about nobody in a queue is shown by itself.
  const contact = table.contact ?? (table.state === 'after' ? null : (line?.contact ?? null));
  return { ...table, contact, line };
}
