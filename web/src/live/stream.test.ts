import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveStream } from './stream';

/** A server whose streams are written by hand. */
class Fake {
  asked: (string | null)[] = [];
  private writer: ReadableStreamDefaultController<Uint8Array> | null = null;
  status = 200;

  readonly fetch: typeof fetch = async (_, init) => {
    const headers = init?.headers as Record<string, string>;
    this.asked.push(headers['Last-Event-ID'] ?? null);
    if (this.status !== 200) return new Response(null, { status: this.status });
    const body = new ReadableStream<Uint8Array>({
      start: (writer) => {
        this.writer = writer;
      },
    });
    init?.signal?.addEventListener('abort', () => this.cut());
    return new Response(body);
  };

  tell(id: string, event: string, data: unknown) {
    const text = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.writer?.enqueue(new TextEncoder().encode(text));
  }

  cut() {
    try {
      this.writer?.error(new Error('cut'));
    } catch {
      // It was over already.
    }
  }
}

const picture = { agents: [], queues: [], calls: [] };
const queue = (waiting: number) => ({
  queue: 'support',
  waiting,
  staffed: 1,
  ready: 1,
  counts: {},
});

describe('the live stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes on where it was after a loss, and says so meanwhile', async () => {
    const server = new Fake();
    const live = new LiveStream(server.fetch);
    live.start({ who: 'ann', me: 'anna', signedOut: () => {} });
    await vi.advanceTimersByTimeAsync(0);
    expect(live.get().status).toBe('connecting');
    server.tell('1-1', 'picture', picture);
    server.tell('1-2', 'queue', queue(3));
    await vi.advanceTimersByTimeAsync(200);
    expect(live.get().status).toBe('live');
    expect(live.get().picture.queues.support?.waiting).toBe(3);
    server.cut();
    await vi.advanceTimersByTimeAsync(10);
    expect(live.get().status).toBe('lost');
    // What was known stays to be seen.
    expect(live.get().picture.queues.support?.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.asked).toEqual([null, '1-2']);
    expect(live.get().status).toBe('live');
    live.stop();
  });

  it('shows nothing of what somebody else saw', async () => {
    const server = new Fake();
    const live = new LiveStream(server.fetch);
    live.start({ who: 'ann', me: null, signedOut: () => {} });
    await vi.advanceTimersByTimeAsync(0);
    server.tell('1-1', 'picture', { ...picture, queues: [queue(3)] });
    await vi.advanceTimersByTimeAsync(200);
    live.start({ who: 'ann', me: null, signedOut: () => {} });
    expect(live.get().picture.queues.support?.waiting).toBe(3);
    live.start({ who: 'bob', me: null, signedOut: () => {} });
    expect(live.get().picture.queues).toEqual({});
    await vi.advanceTimersByTimeAsync(0);
    expect(server.asked).toEqual([null, '1-1', null]);
    live.stop();
  });

  it('takes silence for a loss', async () => {
    const server = new Fake();
    const live = new LiveStream(server.fetch);
    live.start({ who: 'ann', me: null, signedOut: () => {} });
    await vi.advanceTimersByTimeAsync(0);
    server.tell('1-1', 'picture', picture);
    await vi.advanceTimersByTimeAsync(39_000);
    expect(live.get().status).toBe('live');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.asked.length).toBe(2);
    live.stop();
  });

  it('tries with longer and longer pauses, and at once when asked to hurry', async () => {
    const server = new Fake();
    server.status = 503;
    const live = new LiveStream(server.fetch);
    live.start({ who: 'ann', me: null, signedOut: () => {} });
    await vi.advanceTimersByTimeAsync(60_000);
    const tries = server.asked.length;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(14);
    live.hurry();
    await vi.advanceTimersByTimeAsync(1);
    expect(server.asked.length).toBe(tries + 1);
    live.stop();
  });

  it('tells when the session is over, by a status or by an event', async () => {
    for (const end of ['status', 'event']) {
      const server = new Fake();
      if (end === 'status') server.status = 401;
      const signedOut = vi.fn();
      const live = new LiveStream(server.fetch);
      live.start({ who: 'ann', me: null, signedOut });
      await vi.advanceTimersByTimeAsync(0);
      server.tell('1-1', 'signed_out', {});
      await vi.advanceTimersByTimeAsync(0);
      expect(signedOut, end).toHaveBeenCalledOnce();
      expect(live.get().status).toBe('off');
    }
  });
});
