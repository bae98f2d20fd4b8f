/**
 * Which tab of several has the phone (Web Locks). A tab that is closed, or dies, gives it up by
 * itself; another may take it over, and the one that had it is told.
 */
export class Claim {
  private release: (() => void) | null = null;
  private waiting: AbortController | null = null;

  constructor(
    private readonly name: string,
    /** We have it; or have it no more, because another tab took it. */
    private readonly tell: (ours: boolean) => void,
  ) {}

  /** Takes it when it is free. `now`: from whoever has it. */
  take(now: boolean) {
    this.waiting?.abort();
    const waiting = new AbortController();
    this.waiting = waiting;
    const options: LockOptions = now ? { steal: true } : { signal: waiting.signal };
    void navigator.locks
      .request(this.name, options, () => {
        // Given up while we waited.
        if (this.waiting !== waiting) return undefined;
        this.tell(true);
        return new Promise<void>((resolve) => {
          this.release = resolve;
        });
      })
      .catch(() => {
        const had = this.release !== null;
        this.release = null;
        if (this.waiting !== waiting || !had) return;
        this.tell(false);
        // When the other tab is closed it is ours again.
        this.take(false);
      });
  }

  /** Whether some tab has it now. */
  async isTaken(): Promise<boolean> {
    const { held } = await navigator.locks.query();
    return held?.some((lock) => lock.name === this.name) ?? false;
  }

  drop() {
    this.waiting?.abort();
    this.waiting = null;
    this.release?.();
    this.release = null;
  }
}
