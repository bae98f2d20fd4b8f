import { WebSocketInterface } from 'jssip';

/** How often the server is asked whether it is there (RFC 5626 §3.5.1), and how long it may take. */
const ASK_MS = 8_000;
const PATIENCE_MS = 5_000;

/**
 * A connection that notices when the network is gone: a socket by itself says nothing of it for
 * minutes, and the agent would talk to nobody.
 */
export class WatchedSocket extends WebSocketInterface {
  private heard = 0;
  private asked = 0;
  private timer: ReturnType<typeof setInterval> | null = null;
  private take: (data: unknown) => void = () => {};

  constructor(url: string) {
    super(url);
    Object.defineProperty(this, 'ondata', {
      get: () => (data: unknown) => {
        this.heard = Date.now();
        this.take(data);
      },
      set: (take: (data: unknown) => void) => {
        this.take = take;
      },
    });
  }

  override connect() {
    super.connect();
    if (this.timer) return;
    this.asked = 0;
    this.timer = setInterval(() => this.look(), 1_000);
  }

  override disconnect() {
    this.rest();
    super.disconnect();
  }

  /** Asks at once: something has happened to the network. */
  ask() {
    if (!this.isConnected()) return;
    this.asked = Date.now();
    this.send('\r\n\r\n');
  }

  private look() {
    if (!this.isConnected()) {
      this.asked = 0;
      return;
    }
    const now = Date.now();
    const waits = this.asked > this.heard;
    if (waits && now - this.asked > PATIENCE_MS) {
      this.disconnect();
      this.ondisconnect(true, 4000, 'nothing is heard from the server');
    } else if (!waits && now - Math.max(this.asked, this.heard) > ASK_MS) {
      this.ask();
    }
  }

  private rest() {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }
}
