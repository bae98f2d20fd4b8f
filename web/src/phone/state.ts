import type { Refusal } from './microphone';
import type { Quality } from './quality';

/** Whether the phone in this page can be rung. */
export type Ready =
  /** It was not chosen. */
  | 'off'
  | 'starting'
  | 'ready'
  /** Another tab has it. */
  | 'elsewhere'
  /** The page did not come by HTTPS: browsers give out no microphone. */
  | 'insecure'
  | `microphone-${Refusal}`
  /** The connection is gone, and tried again. */
  | 'lost'
  /** A call was answered, and its voice did not find its way. */
  | 'voiceless'
  /** The server does not let it register. */
  | 'refused';

export type Stage = 'ringing' | 'answering' | 'talking';

/** The one call that the phone in this page has. */
export interface Line {
  stage: Stage;
  /** Whose card it is; none: a call of a colleague, or one that the agent asked for. */
  contact: string | null;
  /** Who rings, as the display of a phone would say. */
  from: string;
  muted: boolean;
  /** Nothing passes between here and the server; it is being mended. */
  broken: boolean;
  /** The browser plays no sound before somebody touches the page. */
  blocked: boolean;
}

export interface PhoneNow {
  ready: Ready;
  /** Why the server does not let it register. */
  problem: unknown;
  line: Line | null;
  /** The talk from before the reload is being taken again. */
  returning: boolean;
  /** It could not be taken again: the caller is with somebody else, or waits. */
  gone: boolean;
  quality: Quality | null;
  /** The sound can not come out where it was chosen to. */
  deaf: boolean;
  /** What the microphone hears, while there is a talk. */
  microphone: MediaStream | null;
}

export const OFF: PhoneNow = {
  ready: 'off',
  problem: null,
  line: null,
  returning: false,
  gone: false,
  quality: null,
  deaf: false,
  microphone: null,
};
