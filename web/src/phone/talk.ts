import type {
  IncomingEvent,
  OutgoingEvent,
  RTCSession,
  RTCSessionEventMap,
} from 'jssip/lib/RTCSession';
import { type CallEnd, endOf } from './end';
import { type Quality, quality, type Sample, sample } from './quality';

/** No STUN: the server tells its address. */
export const PATH: RTCConfiguration = { iceServers: [] };

/** Long enough for every way in which keys are told, and so apart that each counts. */
const KEY = { duration: 160, interToneGap: 80 };

/** Ids of a message, which JsSIP has and does not declare. */
export interface Ids {
  call_id: string;
  from_tag: string;
  to_tag: string;
}

/** How the path of the voice is. */
export type Path =
  | 'up'
  /** Nothing passes at this moment; it may come back by itself. */
  | 'unsure'
  /** It does not come back by itself. */
  | 'gone';

export interface TalkTold {
  /** Somebody answered, here or there: with the server's answer, where it was there. */
  answered: (response: Ids | null) => void;
  path: (path: Path) => void;
  /** The browser plays no sound before somebody touches the page. */
  blocked: () => void;
  ended: (end: CallEnd) => void;
}

/** One call of a phone in a page: its voice, its keys, how well it goes, and how it ends. */
export class Talk {
  private session: RTCSession | null = null;
  private connection: RTCPeerConnection | null = null;
  private last: Sample | null = null;
  /** Keys that were pressed before voice had found its way. */
  private early: string[] = [];
  private over = false;
  /** Voice has found its way at least once. */
  hasVoice = false;

  constructor(
    private readonly speaker: HTMLAudioElement,
    private readonly told: TalkTold,
  ) {}

  /** What has to be there before the session makes its connection. */
  readonly handlers: Partial<RTCSessionEventMap> = {
    peerconnection: ({ peerconnection }) => this.watch(peerconnection),
    // A page's own addresses are of no use to the server: it need not wait for all of them.
    icecandidate: ({ ready }) => ready(),
    accepted: (event: OutgoingEvent | IncomingEvent) => {
      const { response } = event as Partial<OutgoingEvent>;
      this.told.answered(response ? (response as unknown as Ids) : null);
    },
    ended: (event) => this.end(endOf(event)),
    failed: (event) => this.end(endOf(event)),
  };

  /** The session of a call that this page makes. */
  placed(session: RTCSession) {
    this.session = session;
  }

  /** The session of a call that came. */
  came(session: RTCSession) {
    this.session = session;
    for (const [name, handler] of Object.entries(this.handlers)) {
      session.on(name as keyof RTCSessionEventMap, handler as never);
    }
  }

  get isEstablished(): boolean {
    return this.session?.isEstablished() ?? false;
  }

  get isOver(): boolean {
    return this.over || (this.session?.isEnded() ?? false);
  }

  /** Voice has found its way. */
  get isHeard(): boolean {
    return this.connection?.connectionState === 'connected';
  }

  answer(voice: MediaStream) {
    this.session?.answer({ mediaStream: voice, pcConfig: PATH });
  }

  /** Hangs up, in whatever state it is. `status`: with which a call that rings is refused. */
  hangUp(status?: number) {
    if (!this.session || this.session.isEnded()) return;
    this.session.terminate(status === undefined ? {} : { status_code: status });
  }

  mute(on: boolean) {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  press(key: string) {
    if (!this.session?.isEstablished()) return;
    if (!this.isHeard) {
      this.early.push(key);
      return;
    }
    // JsSIP wants its own constant, which is this text.
    this.session.sendDTMF(key, { ...KEY, transportType: 'RFC2833' as never });
  }

  /** Another microphone. `false`: the call ended meanwhile, or has no voice yet. */
  async speakBy(track: MediaStreamTrack): Promise<boolean> {
    const { connection } = this;
    const sender = connection?.getSenders().find((s) => s.track?.kind === 'audio');
    if (!sender || this.over) return false;
    await sender.replaceTrack(track);
    return !this.over && this.connection === connection;
  }

  /** Makes the path of the voice anew. `false`: not now; `then`: the server has agreed. */
  renew(then: () => void): boolean {
    if (!this.session?.isEstablished()) return false;
    return this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, then);
  }

  /** How well it went since it was asked last. */
  async measure(): Promise<Quality | null> {
    const { connection } = this;
    if (!connection || connection.connectionState === 'closed') return null;
    const report = await connection.getStats().catch(() => null);
    if (!report || this.over) return null;
    const all: Record<string, unknown>[] = [];
    report.forEach((stats: Record<string, unknown>) => {
      all.push(stats);
    });
    const told = sample(all, Date.now());
    const { last } = this;
    this.last = told;
    return last && quality(last, told);
  }

  /** Nothing is told of it any more, and it is heard no more: another has taken it over. */
  forget() {
    this.over = true;
    this.speaker.srcObject = null;
  }

  private end(end: CallEnd) {
    if (this.over) return;
    this.forget();
    this.told.ended(end);
  }

  private watch(connection: RTCPeerConnection) {
    this.connection = connection;
    connection.addEventListener('track', ({ track, streams }) => {
      if (this.over) return;
      this.speaker.srcObject = streams[0] ?? new MediaStream([track]);
      this.speaker.play().catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NotAllowedError') this.told.blocked();
      });
    });
    connection.addEventListener('connectionstatechange', () => {
      if (!this.isHeard) return;
      this.hasVoice = true;
      const keys = this.early;
      this.early = [];
      for (const key of keys) this.press(key);
    });
    // Ours comes first: JsSIP would hang up where the path can be made anew.
    connection.addEventListener(
      'iceconnectionstatechange',
      (event) => {
        if (this.over) return;
        switch (connection.iceConnectionState) {
          case 'failed':
            event.stopImmediatePropagation();
            this.told.path('gone');
            break;
          case 'disconnected':
            this.told.path('unsure');
            break;
          case 'connected':
          case 'completed':
            this.told.path('up');
        }
      },
      { capture: true },
    );
  }
}
