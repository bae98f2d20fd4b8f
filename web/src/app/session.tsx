import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { api, got, type Schemas, setCsrf, whenSignedOut } from '../api/client';
import { asProblem, type Problem } from '../api/problem';

export type Me = Schemas['SessionView'];

/** Nobody has signed in; somebody has; somebody had, and the page keeps what they were at. */
export type Session =
  | { state: 'loading' }
  | { state: 'broken'; problem: Problem }
  | { state: 'none' }
  | { state: 'signed-in'; me: Me }
  | { state: 'expired'; me: Me };

interface Told {
  session: Session;
  signIn: (user: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Looks again who is signed in. */
  look: () => Promise<void>;
}

const Context = createContext<Told | null>(null);

function useTold(): Told {
  const told = useContext(Context);
  if (!told) throw new Error('outside of SessionProvider');
  return told;
}

export const useSession = useTold;

/** Who is signed in; only below the gate. */
export function useMe(): Me {
  const { session } = useTold();
  if (session.state !== 'signed-in' && session.state !== 'expired') throw new Error('nobody');
  return session.me;
}

/** What a role may do; the server decides, this hides what it would refuse. */
export function useMay() {
  const { role } = useMe();
  const admin = role === 'admin';
  return {
    lead: admin || role === 'supervisor',
    serve: admin || role === 'supervisor' || role === 'agent',
    operate: admin || role === 'operator',
    seeAll: admin || role === 'supervisor' || role === 'operator',
    administer: admin,
    numbers: admin || role === 'supervisor',
  };
}

function same(a: Me, b: Me): boolean {
  return a.who === b.who && a.role === b.role && a.agent === b.agent;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ state: 'loading' });
  const queries = useQueryClient();
  const tabs = useRef<BroadcastChannel | null>(null);
  const now = useRef(session);
  now.current = session;

  const enter = useCallback(
    (me: Me) => {
      setCsrf(me.csrf);
      const before = now.current;
      // Somebody else must not see what the one before them looked at.
      if (before.state === 'expired' && !same(before.me, me)) queries.clear();
      setSession({ state: 'signed-in', me });
      void queries.invalidateQueries();
    },
    [queries],
  );

  const leave = useCallback(() => {
    setCsrf(null);
    setSession((s) => {
      switch (s.state) {
        case 'signed-in':
          return { state: 'expired', me: s.me };
        case 'expired':
          return s;
        case 'loading':
        case 'broken':
        case 'none':
          return { state: 'none' };
      }
    });
  }, []);

  const look = useCallback(async () => {
    try {
      enter(await got(api.GET('/api/v1/session')));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401) leave();
      else if (now.current.state === 'loading' || now.current.state === 'broken')
        setSession({ state: 'broken', problem });
    }
  }, [enter, leave]);

  useEffect(() => {
    whenSignedOut(leave);
    void look();
    const channel = new BroadcastChannel('zeroline.session');
    tabs.current = channel;
    channel.onmessage = (event) => {
      if (event.data === 'out') leave();
      else void look();
    };
    return () => channel.close();
  }, [leave, look]);

  const signIn = useCallback(
    async (user: string, password: string) => {
      const me = await got(api.POST('/api/v1/session', { body: { user, password } }));
      enter(me);
      tabs.current?.postMessage('in');
    },
    [enter],
  );

  const signOut = useCallback(async () => {
    await got(api.DELETE('/api/v1/session')).catch((error: unknown) => {
      if (asProblem(error).status !== 401) throw error;
    });
    setCsrf(null);
    queries.clear();
    sessionStorage.clear();
    setSession({ state: 'none' });
    tabs.current?.postMessage('out');
  }, [queries]);

  const told = useMemo(
    () => ({ session, signIn, signOut, look }),
    [session, signIn, signOut, look],
  );
  return <Context value={told}>{children}</Context>;
}
