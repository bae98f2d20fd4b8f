import JsSIP from 'jssip';
import type { IncomingEvent, OutgoingEvent } from 'jssip/lib/RTCSession';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import type { Schemas } from '../api/client';
import { Claim } from './claim';
import { contactOf, type Dialog, keepDialog, keptDialog, replaces } from './dialog';
import { quality, type Sample, sample } from './quality';
import type { PhoneSettings } from './settings';
import { WatchedSocket } from './socket';
import { closeMicrophone, openMicrophone, putOut } from './sound';
import { type Line, microphoneTrouble, OFF, type PhoneNow } from './state';

type UA = InstanceType<typeof JsSIP.UA>;
type Session = ReturnType<UA['call']>;
type Ticket = Schemas['PhoneView'];

/** Ids of a request, which JsSIP has and does not declare. */
interface Ids {
  call_id: string;
  from_tag: string;
  to_tag: string;
}

/** The password is asked for anew so long before it runs out. */
const AHEAD_MS = 5 * 60_000;
const QUALITY_MS = 3_000;
const AGAIN_MS = 3_000;
const REGISTER_S = 300;
/** A call that was asked for in the page is answered by itself when it rings within this. */
const EXPECTED_MS = 20_000;
/** No STUN: the server tells its address. */
const PATH: RTCConfiguration = { iceServers: [] };
/** How a session ends when nobody meant to end it. */
const BROKEN = new Set<string>([
  JsSIP.C.causes.CONNECTION_ERROR,
  JsSIP.C.causes.REQUEST_TIMEOUT,
  JsSIP.C.causes.RTP_TIMEOUT,
  JsSIP.C.causes.DIALOG_ERROR,
  JsSIP.C.causes.INTERNAL_ERROR,
  JsSIP.C.causes.WEBRTC_ERROR,
]);

interface Wanted {
  agent: string;
  settings: () => PhoneSettings;
  /** A password for the phone. */
  ticket: () => Promise<Ticket>;
  tell: (now: PhoneNow) => void;
}

/** The agent's phone in this page: SIP over WebSocket, voice by WebRTC. */
export class SoftPhone {
  private now: PhoneNow = { ...OFF, ready: 'starting' };
  private readonly claim: Claim;
  private socket: WatchedSocket | null = null;
  private ua: UA | null = null;
  private ticket: Ticket | null = null;
  private session: Session | null = null;
  private dialog: Dialog | null = null;
  private connection: RTCPeerConnection | null = null;
  private readonly audio = new Audio();
  private last: Sample | null = null;
  private timers: ReturnType<typeof setInterval>[] = [];
  private again: ReturnType<typeof setTimeout> | null = null;
  /** The connection was gone in mid-call: the path is made anew when it is back. */
  private dropped = false;
  private expected: { contact: string | null; until: number } | null = null;
  private stopped = false;

  constructor(private readonly wanted: Wanted) {
    this.audio.autoplay = true;
    this.claim = new Claim(`zeroline.phone.${wanted.agent}`, (ours) => {
      if (ours) void this.begin();
      else this.yield();
    });
  }

  start() {
    if (!globalThis.isSecureContext || !navigator.mediaDevices || !navigator.locks) {
      this.set({ ready: 'insecure' });
      return;
    }
    this.set({ ready: 'starting' });
    void this.claim.isTaken().then((taken) => {
      if (taken && !this.ua && !this.stopped) this.set({ ready: 'elsewhere' });
    });
    this.claim.take(false);
    navigator.mediaDevices.addEventListener('devicechange', this.devicesChanged);
    addEventListener('online', this.networkChanged);
    addEventListener('offline', this.networkChanged);
    this.every(QUALITY_MS, () => void this.measure());
    this.every(30_000, () => void this.renew());
  }

  /** For good: who talks hangs up. */
  stop() {
    this.stopped = true;
    for (const t of this.timers) clearInterval(t);
    if (this.again) clearTimeout(this.again);
    navigator.mediaDevices?.removeEventListener('devicechange', this.devicesChanged);
    removeEventListener('online', this.networkChanged);
    removeEventListener('offline', this.networkChanged);
    if (this.dialog) keepDialog(this.wanted.agent, null);
    this.leave();
    this.claim.drop();
  }

  /** From the tab that has it. */
  takeOver() {
    this.set({ ready: 'starting' });
    this.claim.take(true);
  }

  /** After a trouble with the microphone or the server. */
  tryAgain() {
    if (this.now.ready === 'elsewhere' || this.now.ready === 'insecure') return;
    void this.begin();
  }

  // ---- a call ----

  async answer() {
    const { session } = this;
    if (!session || this.now.line?.stage !== 'ringing') return;
    this.line({ stage: 'answering' });
    const stream = await this.microphone();
    if (!stream) {
      // The caller goes on to somebody who can be heard.
      if (!session.isEnded()) session.terminate({ status_code: 480 });
      return;
    }
    if (session.isEnded()) return closeMicrophone(stream);
    this.set({ microphone: stream });
    session.answer({ mediaStream: stream, pcConfig: PATH });
  }

  reject() {
    if (this.session && !this.session.isEnded()) this.session.terminate({ status_code: 486 });
  }

  hangUp() {
    if (this.session && !this.session.isEnded()) this.session.terminate();
  }

  mute(on: boolean) {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
    this.line({ muted: on });
    this.keep();
  }

  press(key: string) {
    if (!this.session?.isEstablished()) return;
    this.session.sendDTMF(key, {
      duration: 120,
      interToneGap: 80,
      transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833,
    });
  }

  /**
   * The next call that rings was asked for in this page, and is answered by itself: about this
   * contact, where a supervisor asked to be with it; about none, where the agent calls somebody.
   */
  expect(contact: string | null) {
    this.expected = { contact, until: Date.now() + EXPECTED_MS };
  }

  /** It was refused, and does not come. */
  expectNothing() {
    this.expected = null;
  }

  /** The browser may play now: somebody touched the page. */
  hear() {
    void this.audio.play().then(() => this.line({ blocked: false }));
  }

  /** Other devices were chosen. */
  async changeDevices() {
    putOut(this.audio, this.wanted.settings().speaker);
    const { connection } = this;
    const sender = connection?.getSenders().find((s) => s.track?.kind === 'audio');
    if (!sender || !this.now.microphone) return;
    const stream = await this.microphone();
    const track = stream?.getAudioTracks()[0];
    // The talk may have ended meanwhile, and nobody would close it any more.
    if (!stream || !track || this.connection !== connection) return closeMicrophone(stream);
    track.enabled = !this.now.line?.muted;
    await sender.replaceTrack(track);
    if (this.connection !== connection) return closeMicrophone(stream);
    closeMicrophone(this.now.microphone);
    this.set({ microphone: stream });
  }

  // ---- registration ----

  private async begin() {
    if (this.stopped) return;
    this.set({ ready: this.now.line ? this.now.ready : 'starting', problem: null });
    // Without a microphone nobody is sent here.
    const stream = await this.microphone();
    closeMicrophone(stream);
    if (!stream || this.stopped) return;
    try {
      this.ticket = await this.wanted.ticket();
    } catch (problem) {
      if (this.stopped) return;
      this.set({ ready: 'refused', problem });
      return this.later(() => void this.begin());
    }
    if (this.stopped) return;
    if (this.ua) {
      this.putTicket();
      this.ua.register();
    } else {
      this.open(this.ticket);
    }
  }

  private open(ticket: Ticket) {
    const { protocol, host, hostname } = location;
    const socket = new WatchedSocket(
      `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${ticket.path}`,
    );
    const ua = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${ticket.user}@${hostname}`,
      authorization_user: ticket.authorization_user,
      password: ticket.password,
      register: true,
      register_expires: REGISTER_S,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: 'Zeroline console',
    });
    ua.on('registered', () => {
      if (this.ua !== ua) return;
      this.set({ ready: 'ready', problem: null, gone: false });
      this.goOn();
    });
    ua.on('registrationFailed', ({ response }) => {
      if (this.ua !== ua || this.stopped) return;
      // No answer: the connection is gone, and JsSIP tries it again.
      if (!response) return;
      this.set({ ready: 'refused', problem: new Error(`${response.status_code}`) });
      this.later(() => void this.begin());
    });
    ua.on('registrationExpiring', () => {
      void this.renew().then(() => this.ua === ua && ua.register());
    });
    ua.on('disconnected', () => {
      if (this.ua !== ua || this.stopped) return;
      this.dropped = true;
      if (!this.isInTrouble()) this.set({ ready: 'lost' });
      if (this.now.line?.stage === 'talking') this.line({ broken: true });
    });
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator !== 'remote') return;
      const { session, request } = event;
      if (this.session) return session.terminate({ status_code: 486 });
      const ids = request as unknown as Ids;
      const contact = contactOf(request.getHeader('User-to-User'));
      this.adopt(session, {
        stage: 'ringing',
        contact,
        from: request.from.display_name || request.from.uri.user,
        muted: false,
        broken: false,
        blocked: false,
      });
      session.on('accepted', () => {
        const { call_id: call, to_tag: ours, from_tag: theirs } = ids;
        this.talks({ call, ours, theirs, contact, muted: false, at: 0 });
      });
      const { expected } = this;
      if (expected && expected.until > Date.now() && expected.contact === contact) {
        this.expected = null;
        void this.answer();
      }
    });
    this.socket = socket;
    this.ua = ua;
    ua.start();
  }

  private async renew() {
    if (!this.ticket || Date.parse(this.ticket.until) - Date.now() > AHEAD_MS) return;
    // It is tried again; what holds still is used meanwhile.
    this.ticket = await this.wanted.ticket().catch(() => this.ticket);
    this.putTicket();
  }

  private putTicket() {
    if (!this.ticket) return;
    this.ua?.set('authorization_user', this.ticket.authorization_user);
    this.ua?.set('password', this.ticket.password);
  }

  private later(then: () => void) {
    if (this.again) clearTimeout(this.again);
    this.again = setTimeout(then, AGAIN_MS);
  }

  private every(ms: number, then: () => void) {
    this.timers.push(setInterval(then, ms));
  }

  private isInTrouble(): boolean {
    return this.now.ready.startsWith('microphone') || this.now.ready === 'elsewhere';
  }

  /** Another tab took it: the talk goes on there, so nothing is hung up here. */
  private yield() {
    this.socket?.disconnect();
    this.leave();
    this.set({ ...OFF, ready: 'elsewhere' });
  }

  private leave() {
    const { ua } = this;
    this.ua = null;
    this.socket = null;
    this.dropped = false;
    this.clear();
    try {
      ua?.stop();
    } catch {
      // A session that ended in the same moment.
    }
  }

  private readonly devicesChanged = () => {
    if (this.now.line) return;
    if (this.now.ready === 'ready' || this.isInTrouble()) void this.begin();
  };

  private readonly networkChanged = () => this.socket?.ask();

  private async microphone(): Promise<MediaStream | null> {
    try {
      const stream = await openMicrophone(this.wanted.settings().microphone);
      const track = stream.getAudioTracks()[0];
      track?.addEventListener('ended', () => {
        // Unplugged in mid-call: another takes its place.
        if (this.now.microphone === stream) void this.changeDevices();
      });
      return stream;
    } catch (error) {
      if (this.stopped) return null;
      // The agent is not offered calls that they could not answer.
      if (this.ua?.isRegistered()) this.ua.unregister();
      this.set({ ready: microphoneTrouble(error) });
      return null;
    }
  }

  // ---- the session ----

  private adopt(session: Session, line: Line) {
    this.session = session;
    this.set({ line, gone: false });
    session.on('peerconnection', ({ peerconnection }) => this.watch(peerconnection));
    // A page's own addresses are of no use to the server: it need not wait for all of them.
    session.on('icecandidate', ({ ready }) => ready());
    session.on('ended', ({ cause }) => this.over(session, cause));
    session.on('failed', ({ cause }) => this.over(session, cause));
  }

  private talks(dialog: Dialog) {
    this.dialog = dialog;
    this.line({ stage: 'talking', broken: false });
    this.set({ returning: false });
    this.keep();
  }

  /** While the talk lasts the browser remembers it. */
  private keep() {
    if (!this.dialog || !this.now.line) return;
    this.dialog = { ...this.dialog, muted: this.now.line.muted, at: Date.now() };
    keepDialog(this.wanted.agent, this.dialog);
  }

  private watch(connection: RTCPeerConnection) {
    this.connection = connection;
    this.last = null;
    putOut(this.audio, this.wanted.settings().speaker);
    connection.addEventListener('track', ({ track, streams }) => {
      this.audio.srcObject = streams[0] ?? new MediaStream([track]);
      this.audio.play().catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NotAllowedError') {
          this.line({ blocked: true });
        }
      });
    });
    // Ours comes first: JsSIP would hang up where the path can be made anew.
    connection.addEventListener(
      'iceconnectionstatechange',
      (event) => {
        if (this.connection !== connection) return;
        switch (connection.iceConnectionState) {
          case 'failed':
            event.stopImmediatePropagation();
            this.line({ broken: true });
            this.restart();
            break;
          case 'disconnected':
            this.line({ broken: true });
            this.socket?.ask();
            break;
          case 'connected':
          case 'completed':
            if (!this.dropped) this.line({ broken: false });
        }
      },
      { capture: true },
    );
  }

  private over(session: Session, cause: string) {
    if (this.session !== session) return;
    const broken = BROKEN.has(cause) && this.dialog !== null;
    const { dialog } = this;
    this.clear();
    if (!broken || this.stopped) keepDialog(this.wanted.agent, null);
    else if (dialog) this.goOn();
    if (!this.stopped && this.now.ready === 'ready') void this.renew();
  }

  private clear() {
    this.session = null;
    this.dialog = null;
    this.connection = null;
    this.last = null;
    this.audio.srcObject = null;
    closeMicrophone(this.now.microphone);
    this.set({ line: null, quality: null, microphone: null });
  }

  // ---- after a loss ----

  /** Registered: a talk from before goes on. */
  private goOn() {
    if (!this.ua?.isRegistered()) return;
    if (this.session?.isEstablished()) {
      if (this.dropped) this.restart();
      return;
    }
    if (this.session) return;
    const kept = keptDialog(this.wanted.agent);
    if (kept) void this.takeAgain(kept, 3);
  }

  /** The path for the voice is made anew, and the server learns by which way we are here. */
  private restart() {
    const { session } = this;
    if (!session?.isEstablished() || !this.ua?.isConnected()) return;
    const asked = session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, () => {
      this.dropped = false;
      this.line({ broken: false });
    });
    if (!asked) setTimeout(() => this.session === session && this.restart(), 1_000);
  }

  /** The server has our talk still: this page takes the place of the one before. */
  private async takeAgain(dialog: Dialog, tries: number) {
    if (this.now.returning || !this.ua) return;
    this.set({ returning: true });
    const stream = await this.microphone();
    const { ua } = this;
    if (!stream || !ua || this.session) {
      closeMicrophone(stream);
      return this.set({ returning: false });
    }
    this.set({ microphone: stream });
    const { agent } = this.wanted;
    const session = ua.call(`sip:${agent}@${location.hostname}`, {
      mediaStream: stream,
      pcConfig: PATH,
      extraHeaders: [replaces(dialog)],
      eventHandlers: {
        peerconnection: ({ peerconnection }) => this.watch(peerconnection),
      },
    });
    this.session = session;
    session.on('icecandidate', ({ ready }) => ready());
    session.on('accepted', (event: OutgoingEvent | IncomingEvent) => {
      const { response } = event as OutgoingEvent;
      const { call_id: call, from_tag, to_tag } = response as unknown as Ids;
      const { contact, muted } = dialog;
      const line = { contact, muted, from: '', broken: false, blocked: false };
      this.set({ line: { ...line, stage: 'talking' } });
      this.talks({ call, ours: from_tag, theirs: to_tag, contact, muted, at: 0 });
      if (muted) this.mute(true);
    });
    session.on('ended', ({ cause }) => this.over(session, cause));
    session.on('failed', ({ cause, message }) => {
      if (this.session !== session) return;
      this.clear();
      this.set({ returning: false });
      const status = (message as { status_code?: number } | null)?.status_code ?? 0;
      if (status === 481 || status === 603 || status === 403 || tries <= 1) {
        keepDialog(agent, null);
        this.set({ gone: true });
      } else if (!BROKEN.has(cause)) {
        setTimeout(() => void this.takeAgain(dialog, tries - 1), 1_000);
      }
    });
  }

  // ---- what is told ----

  private async measure() {
    this.keep();
    const { connection } = this;
    if (!connection || connection.connectionState === 'closed') return;
    const report = await connection.getStats().catch(() => null);
    if (!report || this.connection !== connection) return;
    const all: Record<string, unknown>[] = [];
    report.forEach((stats: Record<string, unknown>) => {
      all.push(stats);
    });
    const told = sample(all, Date.now());
    if (this.last) this.set({ quality: quality(this.last, told) });
    this.last = told;
  }

  private line(change: Partial<Line>) {
    const { line } = this.now;
    if (line) this.set({ line: { ...line, ...change } });
  }

  private set(change: Partial<PhoneNow>) {
    this.now = { ...this.now, ...change };
    this.wanted.tell(this.now);
  }
}
