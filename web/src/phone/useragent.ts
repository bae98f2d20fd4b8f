import { debug, UA } from 'jssip';
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA';
import type { CallEnd } from './end';
import { WatchedSocket } from './socket';
import { type Ids, PATH, Talk } from './talk';

const REGISTER_S = 300;
/** How long it takes until the path is tried anew where the server was busy with the one before. */
const ONCE_MORE_MS = 1_000;

debug.disable();

/** Who registers: an agent, by a password of a quarter of an hour. */
export interface Account {
  user: string;
  authorization: string;
  password: string;
}

/** A call that came in. */
export type Incoming = IncomingRTCSessionEvent['request'];

export interface UserAgentTold {
  /** The server is there: registered, or connected where nobody registers. */
  ready: () => void;
  /** The connection is gone; it is tried again. */
  lost: () => void;
  /** The server does not let it register. */
  refused?: (status: number) => void;
  /** It registers anew now; the password may be an old one. */
  renews?: () => Promise<unknown>;
  /** Somebody calls; the talk is this page's one call from now on. */
  rings?: (talk: Talk, request: Incoming) => void;
  /** The one call was answered. */
  answered: (response: Ids | null) => void;
  /** Whether voice passes, or is being mended. */
  passes: (does: boolean) => void;
  blocked?: () => void;
  ended: (end: CallEnd) => void;
}

/**
 * A SIP user agent in a page, over WebSocket, with one call at a time. When the connection or the
 * path of the voice is gone in mid-call, both are made anew and the call goes on.
 */
export class UserAgent {
  private readonly socket: WatchedSocket;
  private readonly ua: UA;
  private talk: Talk | null = null;
  /** The connection was gone in mid-call: the path is made anew when it is back. */
  private dropped = false;
  private stopped = false;

  /** `speaker`: where calls are heard. `account`: none where a stranger calls a line. */
  constructor(
    path: string,
    private readonly speaker: HTMLAudioElement,
    private readonly told: UserAgentTold,
    account: Account | null,
  ) {
    const { protocol, host, hostname } = location;
    this.socket = new WatchedSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}`);
    this.ua = new UA({
      sockets: [this.socket],
      // Nobody's number: who calls without an account can not be called back.
      uri: account ? `sip:${account.user}@${hostname}` : 'sip:anonymous@anonymous.invalid',
      ...(account && {
        authorization_user: account.authorization,
        password: account.password,
        register_expires: REGISTER_S,
      }),
      register: account !== null,
      // Whether the page is there is seen by its voice, and asked for by the server.
      session_timers: account !== null,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: 'Zeroline console',
    });
    this.listen(account !== null);
    this.ua.start();
  }

  /** The one call. */
  get call(): Talk | null {
    return this.talk;
  }

  get isRegistered(): boolean {
    return this.ua.isRegistered();
  }

  /** Calls this number. The answer comes by what is told. */
  place(number: string, voice: MediaStream, headers: string[]): Talk {
    const talk = this.begin();
    const session = this.ua.call(`sip:${number}@${location.hostname}`, {
      mediaStream: voice,
      pcConfig: PATH,
      extraHeaders: headers,
      eventHandlers: talk.handlers,
    });
    talk.placed(session);
    return talk;
  }

  /** The password is another one from now on. */
  put({ authorization, password }: Account) {
    this.ua.set('authorization_user', authorization);
    this.ua.set('password', password);
  }

  register() {
    this.ua.register();
  }

  unregister() {
    if (this.ua.isRegistered()) this.ua.unregister();
  }

  /** Asks at once whether the server is there: something has happened to the network. */
  ask() {
    this.socket.ask();
  }

  /** The call goes on elsewhere: nothing is hung up here. */
  yield() {
    this.socket.disconnect();
    this.stop();
  }

  /** For good: who talks hangs up, and what ends the call is sent before the connection closes. */
  stop() {
    this.stopped = true;
    this.talk?.forget();
    this.talk = null;
    try {
      this.ua.stop();
    } catch {
      // A session that ended in the same moment.
    }
  }

  private listen(registers: boolean) {
    const { ua, told } = this;
    const whileHere =
      <A extends unknown[]>(then: (...given: A) => void) =>
      (...given: A) => {
        if (!this.stopped) then(...given);
      };
    ua.on(
      registers ? 'registered' : 'connected',
      whileHere(() => {
        told.ready();
        if (this.dropped && this.talk?.isEstablished) this.mend();
      }),
    );
    ua.on(
      'registrationFailed',
      whileHere(({ response }) => {
        // No answer: the connection is gone, and it is tried again.
        if (response) told.refused?.(response.status_code);
      }),
    );
    ua.on(
      'registrationExpiring',
      whileHere(() => {
        void told.renews?.().then(() => !this.stopped && ua.register());
      }),
    );
    ua.on(
      'disconnected',
      whileHere(() => {
        this.dropped = true;
        told.lost();
        if (this.talk?.isEstablished) told.passes(false);
      }),
    );
    ua.on(
      'newRTCSession',
      whileHere((event: RTCSessionEvent) => {
        if (event.originator === 'remote') this.came(event as IncomingRTCSessionEvent);
      }),
    );
  }

  private came({ session, request }: IncomingRTCSessionEvent) {
    const { rings } = this.told;
    if (this.talk || !rings) return session.terminate({ status_code: 486 });
    const talk = this.begin();
    talk.came(session);
    rings(talk, request);
  }

  private begin(): Talk {
    const { told } = this;
    const mine = () => this.talk === talk;
    const talk: Talk = new Talk(this.speaker, {
      answered: (response) => {
        if (!mine()) return;
        this.dropped = false;
        told.answered(response);
      },
      path: (path) => {
        if (!mine()) return;
        if (path === 'up') {
          if (!this.dropped) told.passes(true);
          return;
        }
        told.passes(false);
        if (path === 'gone') this.mend();
        else this.ask();
      },
      blocked: () => mine() && told.blocked?.(),
      ended: (end) => {
        if (!mine()) return;
        this.talk = null;
        told.ended(end);
      },
    });
    this.talk = talk;
    return talk;
  }

  /** The path of the voice is made anew, and the server learns by which way we are here. */
  private mend() {
    const { talk } = this;
    if (!talk?.isEstablished || !this.ua.isConnected()) return;
    const asked = talk.renew(() => {
      this.dropped = false;
      if (this.talk === talk) this.told.passes(true);
    });
    if (!asked) setTimeout(() => this.talk === talk && this.mend(), ONCE_MORE_MS);
  }
}
