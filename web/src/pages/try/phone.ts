import { debug, UA, WebSocketInterface } from 'jssip';
import type { EndEvent, RTCSession } from 'jssip/lib/RTCSession';

/** Why a call did not come about, or is over. */
export type CallEnd =
  | { why: 'over' }
  /** The server has as many calls as it takes. Seconds, if it said so. */
  | { why: 'full'; again: number | null }
  /** Nothing answers at /sip. */
  | { why: 'unreachable' }
  /** Signalling works, voice does not find its way. */
  | { why: 'voice' }
  | { why: 'refused'; status: number };

export interface Wanted {
  number: string;
  /** User-to-User, by which the server knows which call to tell of. */
  header: string;
  voice: MediaStream;
  /** What the line sends. */
  heard: (stream: MediaStream) => void;
  ended: (end: CallEnd) => void;
}

/** How long it is tried to reach the server. */
const PATIENCE_MS = 8_000;
/** How long voice may take to find its way, once the call is answered. */
const VOICE_MS = 10_000;
/** Long enough for every way in which keys are told. */
const KEY_MS = 160;

debug.disable();

/** What an end that JsSIP tells means. */
export function endOf(event: Pick<EndEvent, 'cause' | 'originator' | 'message'>): CallEnd {
  const message = event.message as
    | { status_code?: number; getHeader?: (name: string) => string | undefined }
    | undefined;
  const status = message?.status_code;
  if (status === 503) {
    const again = Number.parseInt(message?.getHeader?.('Retry-After') ?? '', 10);
    return { why: 'full', again: Number.isNaN(again) ? null : again };
  }
  if (status !== undefined && status >= 300) return { why: 'refused', status };
  switch (event.cause) {
    case 'Connection Error':
    case 'Request Timeout':
      return { why: 'unreachable' };
    case 'WebRTC Error':
    case 'Bad Media Description':
    case 'RTP Timeout':
      return { why: 'voice' };
    default:
      return { why: 'over' };
  }
}

/** A phone for one call. It has no account: a line is for everybody. */
export class Phone {
  private readonly agent: UA;
  private session: RTCSession | null = null;
  private done = false;
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(private readonly wanted: Wanted) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.agent = new UA({
      sockets: new WebSocketInterface(`${scheme}://${location.host}/sip`),
      // Nobody's number: who calls from here can not be called back.
      uri: 'sip:anonymous@anonymous.invalid',
      register: false,
      session_timers: false,
    });
    this.agent.on('connected', () => this.call());
    this.later(PATIENCE_MS, () => {
      if (!this.session) this.end({ why: 'unreachable' });
    });
    this.agent.start();
  }

  private later(ms: number, then: () => void) {
    this.timers.push(setTimeout(then, ms));
  }

  private call() {
    if (this.session || this.done) return;
    const target = `sip:${this.wanted.number}@${location.hostname}`;
    this.session = this.agent.call(target, {
      mediaStream: this.wanted.voice,
      pcConfig: { iceServers: [] },
      extraHeaders: [`User-to-User: ${this.wanted.header}`],
      eventHandlers: {
        // The server needs one candidate only; the rest can take many seconds.
        icecandidate: ({ ready }) => ready(),
        peerconnection: ({ peerconnection }) => this.listen(peerconnection),
        failed: (event: EndEvent) => this.end(endOf(event)),
        ended: (event: EndEvent) => this.end(endOf(event)),
        getusermediafailed: () => this.end({ why: 'voice' }),
      },
    });
    // The connection is there before the handlers are, where a stream is given.
    if (this.session?.connection) this.listen(this.session.connection);
  }

  private listening: RTCPeerConnection | null = null;

  private listen(connection: RTCPeerConnection) {
    if (this.listening === connection) return;
    this.listening = connection;
    connection.addEventListener('track', (event) => {
      this.wanted.heard(event.streams[0] ?? new MediaStream([event.track]));
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'failed') this.lost();
      if (connection.connectionState === 'connected') this.pressEarly();
    });
    connection.addEventListener('signalingstatechange', () => {
      // The answer is there: voice should follow.
      if (connection.signalingState !== 'stable') return;
      this.later(VOICE_MS, () => {
        if (connection.connectionState !== 'connected') this.lost();
      });
    });
  }

  private lost() {
    if (this.done) return;
    this.end({ why: 'voice' });
  }

  private end(end: CallEnd) {
    if (this.done) return;
    this.done = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.close();
    this.wanted.ended(end);
  }

  private close() {
    if (this.session && !this.session.isEnded()) this.session.terminate();
    // What ends the call is sent before the connection closes.
    this.agent.stop();
  }

  /** Keys that were pressed before voice had found its way. */
  private early: string[] = [];

  private pressEarly() {
    const keys = this.early;
    this.early = [];
    for (const key of keys) this.press(key);
  }

  press(key: string) {
    if (!this.session?.isEstablished()) return;
    if (this.listening?.connectionState !== 'connected') {
      this.early.push(key);
      return;
    }
    // JsSIP wants its own constant, which is this text.
    const transportType = 'RFC2833' as never;
    this.session.sendDTMF(key, { duration: KEY_MS, interToneGap: 80, transportType });
  }

  mute(on: boolean) {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  hangUp() {
    this.end({ why: 'over' });
  }
}
