import { EventSourceParserStream } from 'eventsource-parser/stream';
import { apply, type CallNow, EMPTY, type Picture, reconcile } from './picture';

/** How the stream is: nobody looks at it; at first; as it should be; lost and tried again. */
export type Status = 'off' | 'connecting' | 'live' | 'lost';

export interface Snapshot {
  picture: Picture;
  status: Status;
  /** Since when it is lost, by this machine's clock. */
  lostSince: number | null;
}

/** The server sends a comment every 15 s: after this long without anything the stream is dead. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Changes are shown together: 500 calls change faster than anybody reads. */
const GATHER_MS = 80;

interface Wanted {
  /** Who looks: what one saw is not for the next. */
  who: string;
  me: string | null;
  signedOut: () => void;
}

/** The one stream of live events: goes on where it was after a loss, and keeps the picture. */
export class LiveStream {
  private snapshot: Snapshot = { picture: EMPTY, status: 'off', lostSince: null };
  private picture: Picture = EMPTY;
  private readonly listeners = new Set<() => void>();
  private readonly changed = new Map<string, number>();
  private running: AbortController | null = null;
  private connection: AbortController | null = null;
  private last: string | null = null;
  private pause = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private wake: () => void = () => {};
  private wanted: Wanted = { who: '', me: null, signedOut: () => {} };

  constructor(private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Snapshot => this.snapshot;

  start(wanted: Wanted) {
    this.stop();
    if (wanted.who !== this.wanted.who || wanted.me !== this.wanted.me) this.forget();
    this.wanted = wanted;
    this.running = new AbortController();
    void this.run(this.running.signal);
  }

  stop() {
    this.running?.abort();
    this.running = null;
    this.connection?.abort();
  }

  /** Tries at once: the network is back, or somebody looks at the page again. */
  hurry() {
    this.pause = FIRST_PAUSE_MS;
    this.wake();
  }

  forget() {
    this.picture = EMPTY;
    this.last = null;
    this.changed.clear();
    this.show({ status: 'off', lostSince: null });
  }

  reconcile(listed: readonly Pick<CallNow, 'contact'>[], asked: number) {
    this.picture = reconcile(this.picture, listed, this.changed, asked);
    this.later();
  }

  private async run(signal: AbortSignal) {
    this.show({ status: this.last === null ? 'connecting' : this.snapshot.status });
    while (!signal.aborted) {
      const over = await this.once(signal).catch(() => false);
      if (signal.aborted) return;
      if (over) {
        this.show({ status: 'off' });
        this.wanted.signedOut();
        return;
      }
      const lostSince = this.snapshot.lostSince ?? Date.now();
      this.show({ status: 'lost', lostSince });
      // Not all pages at the same moment after a restart.
      const pause = this.pause * (0.75 + Math.random() / 2);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
      await new Promise<void>((resolve) => {
        const t = setTimeout(resolve, pause);
        this.wake = () => {
          clearTimeout(t);
          resolve();
        };
      });
    }
  }

  /** One connection. True: the session is over. */
  private async once(signal: AbortSignal): Promise<boolean> {
    const connection = new AbortController();
    this.connection = connection;
    const off = () => connection.abort();
    signal.addEventListener('abort', off);
    let watchdog = setTimeout(off, SILENCE_MS);
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(off, SILENCE_MS);
    };
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (this.last) headers['Last-Event-ID'] = this.last;
      const response = await this.fetcher('/api/v1/events', { headers, signal: connection.signal });
      if (response.status === 401) return true;
      if (!response.ok || !response.body) return false;
      alive();
      const events = response.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream({ onComment: alive }));
      const reader = events.getReader();
      // What was missed comes first, or a picture: with an id that is known the stream is whole.
      if (this.last) this.show({ status: 'live', lostSince: null });
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return false;
        alive();
        if (value.event === 'signed_out') return true;
        this.take(value.event ?? 'message', value.id, value.data);
      }
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', off);
      connection.abort();
    }
  }

  private take(kind: string, id: string | undefined, text: string) {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    if (id) this.last = id;
    this.pause = FIRST_PAUSE_MS;
    const contact = (data as { contact?: unknown } | null)?.contact;
    if (kind === 'picture') this.changed.clear();
    else if (typeof contact === 'string') this.changed.set(contact, Date.now());
    this.picture = apply(this.picture, kind, data, this.wanted.me);
    const own = kind === 'agent' && (data as { agent?: unknown }).agent === this.wanted.me;
    // An offer is not gathered with anything.
    if (kind === 'picture' || kind === 'card' || own)
      this.show({ status: 'live', lostSince: null });
    else this.later();
  }

  private later() {
    this.timer ??= setTimeout(() => this.show({}), GATHER_MS);
  }

  private show(change: Partial<Snapshot>) {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.snapshot = { ...this.snapshot, ...change, picture: this.picture };
    for (const listener of this.listeners) listener();
  }
}
