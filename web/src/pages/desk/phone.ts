import { useMe } from '../../app/session';
import { useLive } from '../../live';
import { type AgentNow, type CallNow, type Card, callOf } from '../../live/picture';

/** What the agent's phone is at. */
export type PhoneState = 'absent' | 'idle' | 'ringing' | 'talking' | 'after';

/**
 * The agent's phone as the desk sees it. The one that there is today is the phone on the agent's
 * table: it rings, is answered and holds by its own keys, and the page shows what it is about.
 * A phone within the page is another one of these, with more that it can do.
 */
export interface Phone {
  agent: AgentNow | null;
  state: PhoneState;
  /** Whose card is to be seen. */
  contact: string | null;
  /** The card as it was told before the ring; none after a reload: then the record has it. */
  card: Card | null;
  call: CallNow | null;
  /** What the page can ask of it. */
  can: { answer: boolean; hangUp: boolean; hold: boolean };
}

const NOTHING = { answer: false, hangUp: false, hold: false };

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
    case 'paused':
    case 'missed':
      return 'idle';
  }
}

/** The phone on the table. */
export function useDeskPhone(): Phone {
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
    can: NOTHING,
  };
}

/** The phone of whoever looks. */
export const usePhone = useDeskPhone;
