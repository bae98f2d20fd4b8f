import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { api, got, serverNow } from '../api/client';
import { useSession } from '../app/session';
import { LiveStream, type Snapshot } from './stream';

/** How often the list of calls is compared with what the stream told. */
const COMPARE_MS = 60_000;

const Context = createContext<LiveStream | null>(null);

/** One stream for the whole page, for as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live] = useState(() => new LiveStream());
  const { session, look } = useSession();
  const on = session.state === 'signed-in';
  const who = on ? session.me.who : null;
  const agent = on ? (session.me.agent ?? null) : null;

  useEffect(() => {
    if (who === null) return;
    live.start({ who, me: agent, signedOut: () => void look() });
    return () => live.stop();
  }, [live, who, agent, look]);

  useEffect(() => {
    if (session.state === 'none') live.forget();
  }, [live, session.state]);

  useEffect(() => {
    const hurry = () => {
      if (document.visibilityState === 'visible') live.hurry();
    };
    addEventListener('online', hurry);
    document.addEventListener('visibilitychange', hurry);
    return () => {
      removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
    };
  }, [live]);

  useEffect(() => {
    if (who === null) return;
    const timer = setInterval(async () => {
      const asked = Date.now();
      // A failure is told by the stream itself.
      const calls = await got(api.GET('/api/v1/calls')).catch(() => null);
      if (calls) live.reconcile(calls, asked);
    }, COMPARE_MS);
    return () => clearInterval(timer);
  }, [live, who]);

  return <Context value={live}>{children}</Context>;
}

/** What goes on now. */
export function useLive(): Snapshot {
  const live = useContext(Context);
  if (!live) throw new Error('outside of LiveProvider');
  return useSyncExternalStore(live.subscribe, live.get);
}

const ticks = new Set<() => void>();
let second = 0;
let ticker: ReturnType<typeof setInterval> | null = null;

function subscribe(tick: () => void): () => void {
  ticks.add(tick);
  ticker ??= setInterval(() => {
    second = Math.floor(serverNow() / 1000);
    for (const t of ticks) t();
  }, 1_000);
  return () => {
    ticks.delete(tick);
    if (ticks.size === 0 && ticker) {
      clearInterval(ticker);
      ticker = null;
    }
  };
}

function nowInSeconds(): number {
  if (ticker === null) second = Math.floor(serverNow() / 1000);
  return second;
}

/** The server's time in milliseconds, anew each second; all who look tick together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, nowInSeconds) * 1000;
}
