import type { CallEnd } from '../../phone/end';
import { UserAgent } from '../../phone/useragent';

export interface Wanted {
  number: string;
  /** User-to-User, by which the server knows which call to tell of. */
  header: string;
  voice: MediaStream;
  /** Where the line is heard. */
  speaker: HTMLAudioElement;
  /** Whether voice passes, or is being mended. */
  passes: (does: boolean) => void;
  ended: (end: CallEnd) => void;
}

/** How long it is tried to reach the server. */
const PATIENCE_MS = 8_000;
/** How long voice may take to find its way, once the call is answered. */
const VOICE_MS = 10_000;
/** How long a way that was lost is looked for anew: the server waits as long. */
const MEND_MS = 20_000;

/** A phone for one call. It has no account: a line is for everybody. */
export class Phone {
  private readonly agent: UserAgent;
  private done = false;
  private patience: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly wanted: Wanted) {
    this.agent = new UserAgent(
      '/sip',
      wanted.speaker,
      {
        ready: () => this.call(),
        lost: () => {},
        answered: () => this.within(VOICE_MS, () => this.agent.call?.isHeard || this.lost()),
        passes: (does) => {
          if (does) this.within(null);
          else this.within(MEND_MS, () => this.lost());
          wanted.passes(does);
        },
        ended: (end) => this.end(end),
      },
      null,
    );
    this.within(PATIENCE_MS, () => this.agent.call || this.end({ why: 'unreachable' }));
  }

  /** What is waited for has to come in this time; the next takes its place. */
  private within(ms: number | null, or: () => void = () => {}) {
    if (this.patience) clearTimeout(this.patience);
    this.patience = ms === null || this.done ? null : setTimeout(or, ms);
  }

  private call() {
    if (this.agent.call || this.done) return;
    const { number, voice, header } = this.wanted;
    this.agent.place(number, voice, [`User-to-User: ${header}`]);
  }

  private lost() {
    this.end({ why: 'voice' });
  }

  private end(end: CallEnd) {
    if (this.done) return;
    this.done = true;
    this.within(null);
    // Said so, that nobody takes it for a caller who hung up.
    if (end.why === 'voice') this.agent.call?.hangUp(408);
    this.agent.stop();
    this.wanted.ended(end);
  }

  press(key: string) {
    this.agent.call?.press(key);
  }

  mute(on: boolean) {
    this.agent.call?.mute(on);
  }

  hangUp() {
    this.end({ why: 'over' });
  }
}
