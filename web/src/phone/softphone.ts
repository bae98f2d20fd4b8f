import type { Schemas } from '../api/client';
import { Claim } from './claim';
import { contactOf, type Dialog, keepDialog, keptDialog, replaces } from './dialog';
import { type CallEnd, isBroken } from './end';
import { closeMicrophone, openMicrophone, refusalOf } from './microphone';
import type { PhoneSettings } from './settings';
import { putOut } from './sound';
import { type Line, OFF, type PhoneNow } from './state';
import type { Ids, Talk } from './talk';
import { type Account, type Incoming, UserAgent } from './useragent';

type Ticket = Schemas['PhoneView'];

/** The password is asked for anew so long before it runs out. */
const AHEAD_MS = 5 * 60_000;
const QUALITY_MS = 3_000;
const AGAIN_MS = 3_000;
/** How long voice may take to find its way, once a call is answered. */
const VOICE_MS = 8_000;
/** A call that was asked for in the page is answered by itself when it rings within this. */
const EXPECTED_MS = 20_000;
/** How often a talk from before is asked for, and how long it is waited between. */
const TRIES = 3;
const ONCE_MORE_MS = 1_000;
/** What the server says when there is nothing to be taken again. */
const GONE = [403, 481, 603];

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
  private agent: UserAgent | null = null;
  private ticket: Ticket | null = null;
  private dialog: Dialog | null = null;
  /** A talk from before that is being asked for, and how often it is tried yet. */
  private wanting: { dialog: Dialog; tries: number } | null = null;
  /** The dialog of what rings here, should it be answered. */
  private ringing: Dialog | null = null;
  private readonly audio = new Audio();
  private timers: ReturnType<typeof setInterval>[] = [];
  private again: ReturnType<typeof setTimeout> | null = null;
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
      if (taken && !this.agent && !this.stopped) this.set({ ready: 'elsewhere' });
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
    const talk = this.agent?.call;
    if (!talk || this.now.line?.stage !== 'ringing') return;
    this.line({ stage: 'answering' });
    const stream = await this.microphone();
    if (!stream) {
      // The caller goes on to somebody who can be heard.
      talk.hangUp(480);
      return;
    }
    if (talk.isOver) return closeMicrophone(stream);
    this.set({ microphone: stream });
    talk.answer(stream);
  }

  reject() {
    this.agent?.call?.hangUp(486);
  }

  hangUp() {
    this.agent?.call?.hangUp();
  }

  mute(on: boolean) {
    this.agent?.call?.mute(on);
    this.line({ muted: on });
    this.keep();
  }

  press(key: string) {
    this.agent?.call?.press(key);
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

  private async soundOut() {
    const deaf = !(await putOut(this.audio, this.wanted.settings().speaker));
    if (deaf !== this.now.deaf) this.set({ deaf });
  }

  /** Other devices were chosen. */
  async changeDevices() {
    void this.soundOut();
    const talk = this.agent?.call;
    if (!talk || !this.now.microphone) return;
    const stream = await this.microphone();
    const track = stream?.getAudioTracks()[0];
    // The talk may have ended meanwhile, and nobody would close it any more.
    if (!stream || !track || this.agent?.call !== talk) return closeMicrophone(stream);
    track.enabled = !this.now.line?.muted;
    const speaks = await talk.speakBy(track);
    if (!speaks || this.agent?.call !== talk) return closeMicrophone(stream);
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
    if (this.agent) {
      this.putTicket();
      this.agent.register();
    } else {
      this.open(this.ticket);
    }
  }

  private open(ticket: Ticket) {
    void this.soundOut();
    const agent = new UserAgent(
      ticket.path,
      this.audio,
      {
        ready: () => {
          this.set({ ready: 'ready', problem: null, gone: false });
          this.goOn();
        },
        refused: (status) => {
          this.set({ ready: 'refused', problem: new Error(`${status}`) });
          this.later(() => void this.begin());
        },
        renews: () => this.renew(),
        lost: () => {
          if (!this.isInTrouble()) this.set({ ready: 'lost' });
        },
        rings: (_, request) => this.rings(request),
        answered: (response) => this.answered(response),
        passes: (does) => this.line({ broken: !does }),
        blocked: () => this.line({ blocked: true }),
        ended: (end) => this.over(end),
      },
      accountOf(ticket),
    );
    this.agent = agent;
  }

  private async renew() {
    if (!this.ticket || Date.parse(this.ticket.until) - Date.now() > AHEAD_MS) return;
    // It is tried again; what holds still is used meanwhile.
    this.ticket = await this.wanted.ticket().catch(() => this.ticket);
    this.putTicket();
  }

  private putTicket() {
    if (this.ticket) this.agent?.put(accountOf(this.ticket));
  }

  private later(then: () => void) {
    if (this.again) clearTimeout(this.again);
    this.again = setTimeout(then, AGAIN_MS);
  }

  private every(ms: number, then: () => void) {
    this.timers.push(setInterval(then, ms));
  }

  private isInTrouble(): boolean {
    const { ready } = this.now;
    return ready.startsWith('microphone') || ready === 'elsewhere' || ready === 'voiceless';
  }

  /** Another tab took it: the talk goes on there, so nothing is hung up here. */
  private yield() {
    this.agent?.yield();
    this.leave();
    this.set({ ...OFF, ready: 'elsewhere' });
  }

  private leave() {
    const { agent } = this;
    this.agent = null;
    this.clear();
    agent?.stop();
  }

  private readonly devicesChanged = () => {
    if (this.now.line) return;
    if (this.now.ready === 'ready' || this.isInTrouble()) void this.begin();
  };

  private readonly networkChanged = () => this.agent?.ask();

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
      this.agent?.unregister();
      this.set({ ready: `microphone-${refusalOf(error)}` });
      return null;
    }
  }

  // ---- the talk ----

  private rings(request: Incoming) {
    const contact = contactOf(request.getHeader('User-to-User'));
    // In a call that came our tag is the one that the answer adds.
    const { call_id: call, from_tag: theirs, to_tag: ours } = request as unknown as Ids;
    this.dialog = null;
    this.ringing = { call, ours, theirs, contact, muted: false, at: 0 };
    this.set({
      gone: false,
      line: {
        stage: 'ringing',
        contact,
        from: request.from.display_name || request.from.uri.user,
        muted: false,
        broken: false,
        blocked: false,
      },
    });
    const { expected } = this;
    if (expected && expected.until > Date.now() && expected.contact === contact) {
      this.expected = null;
      void this.answer();
    }
  }

  /** Here, or by the server where a talk from before was asked for. */
  private answered(response: Ids | null) {
    const { wanting } = this;
    if (!wanting || !response) {
      if (this.ringing) this.talks(this.ringing);
      return;
    }
    const { contact, muted } = wanting.dialog;
    const { call_id: call, from_tag: ours, to_tag: theirs } = response;
    this.wanting = null;
    const line = { contact, muted, from: '', broken: false, blocked: false };
    this.set({ line: { ...line, stage: 'talking' } });
    this.talks({ call, ours, theirs, contact, muted, at: 0 });
    if (muted) this.mute(true);
  }

  private talks(dialog: Dialog) {
    this.dialog = dialog;
    this.line({ stage: 'talking', broken: false });
    this.set({ returning: false });
    this.keep();
    const talk = this.agent?.call;
    setTimeout(() => {
      if (talk && this.agent?.call === talk && !talk.hasVoice) this.voiceless(talk);
    }, VOICE_MS);
  }

  /** Nobody hears anybody: the caller goes on to somebody else, and none is sent here. */
  private voiceless(talk: Talk) {
    this.set({ ready: 'voiceless' });
    this.agent?.unregister();
    // Said so, that nobody takes it for an agent who hung up.
    talk.hangUp(408);
  }

  /** While the talk lasts the browser remembers it. */
  private keep() {
    if (!this.dialog || !this.now.line) return;
    this.dialog = { ...this.dialog, muted: this.now.line.muted, at: Date.now() };
    keepDialog(this.wanted.agent, this.dialog);
  }

  private over(end: CallEnd) {
    const { dialog, wanting } = this;
    this.clear();
    if (wanting) return this.notTaken(wanting.dialog, wanting.tries, end);
    const broken = isBroken(end) && dialog !== null;
    if (!broken || this.stopped) keepDialog(this.wanted.agent, null);
    else this.goOn();
    if (!this.stopped && this.now.ready === 'ready') void this.renew();
  }

  private clear() {
    this.dialog = null;
    this.ringing = null;
    this.wanting = null;
    closeMicrophone(this.now.microphone);
    this.set({ line: null, quality: null, microphone: null });
  }

  // ---- after a loss ----

  /** Registered: a talk from before goes on. */
  private goOn() {
    if (!this.agent?.isRegistered || this.agent.call) return;
    const kept = keptDialog(this.wanted.agent);
    if (kept) void this.takeAgain(kept, TRIES);
  }

  /** The server has our talk still: this page takes the place of the one before. */
  private async takeAgain(dialog: Dialog, tries: number) {
    if (this.now.returning || !this.agent) return;
    this.set({ returning: true });
    const stream = await this.microphone();
    const { agent } = this;
    if (!stream || !agent || agent.call) {
      closeMicrophone(stream);
      return this.set({ returning: false });
    }
    this.set({ microphone: stream });
    this.wanting = { dialog, tries };
    agent.place(this.wanted.agent, stream, [replaces(dialog)]);
  }

  private notTaken(dialog: Dialog, tries: number, end: CallEnd) {
    this.set({ returning: false });
    if ((end.why === 'refused' && GONE.includes(end.status)) || tries <= 1) {
      keepDialog(this.wanted.agent, null);
      this.set({ gone: true });
    } else if (end.why !== 'unreachable') {
      // Where the connection is gone it is asked for when that is back.
      setTimeout(() => void this.takeAgain(dialog, tries - 1), ONCE_MORE_MS);
    }
  }

  // ---- what is told ----

  private async measure() {
    this.keep();
    const talk = this.agent?.call;
    const quality = await talk?.measure();
    if (quality && this.agent?.call === talk) this.set({ quality });
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

function accountOf({ user, authorization_user, password }: Ticket): Account {
  return { user, authorization: authorization_user, password };
}
