import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { api, got } from '../api/client';
import { useMe } from '../app/session';
import { useLive } from '../live';
import { type PhoneSettings, SettingsStore } from './settings';
import type { SoftPhone } from './softphone';
import { Ring } from './sound';
import { OFF, type PhoneNow } from './state';

interface Told {
  now: PhoneNow;
  settings: PhoneSettings;
  choose: (change: Partial<PhoneSettings>) => void;
  /** The phone itself; none while it was not chosen. */
  phone: SoftPhone | null;
}

const Context = createContext<Told | null>(null);

/** The ring waits so long for its card, which comes by another way. */
const CARD_MS = 800;

/** The phone of whoever signed in, for as long as the page is there, on all of its pages. */
export function PhoneProvider({ children }: { children: ReactNode }) {
  const me = useMe();
  const agent = me.agent ?? null;
  const store = useMemo(() => new SettingsStore(me.who), [me.who]);
  const settings = useSyncExternalStore(store.subscribe, store.get);
  const [now, setNow] = useState<PhoneNow>(OFF);
  const [phone, setPhone] = useState<SoftPhone | null>(null);
  const on = agent !== null && settings.where === 'page';

  useEffect(() => {
    if (!on || agent === null) return;
    let over = false;
    let made: SoftPhone | null = null;
    setNow({ ...OFF, ready: 'starting' });
    // Its library is large, and most have their phone on the table.
    void import('./softphone')
      .then(({ SoftPhone }) => {
        if (over) return;
        made = new SoftPhone({
          agent,
          settings: store.get,
          ticket: () => got(api.POST('/api/v1/session/phone')),
          tell: (told) => !over && setNow(told),
        });
        setPhone(made);
        made.start();
      })
      .catch((problem: unknown) => !over && setNow({ ...OFF, ready: 'refused', problem }));
    return () => {
      over = true;
      made?.stop();
      setPhone(null);
      setNow(OFF);
    };
  }, [on, agent, store]);

  useDevices(phone, settings);
  useRing(now, settings);
  useStay(now);

  const told = useMemo(
    () => ({
      now,
      settings,
      phone,
      choose: (change: Partial<PhoneSettings>) => store.set(change),
    }),
    [now, settings, phone, store],
  );
  return <Context value={told}>{children}</Context>;
}

function useDevices(phone: SoftPhone | null, { microphone, speaker }: PhoneSettings) {
  const used = useRef('');
  useEffect(() => {
    const wanted = `${microphone} ${speaker}`;
    const changed = used.current !== '' && used.current !== wanted;
    used.current = wanted;
    if (changed) void phone?.changeDevices();
  }, [phone, microphone, speaker]);
}

/** It rings when the card is there; and without one when it does not come. */
function useRing({ line }: PhoneNow, { rings, ringer }: PhoneSettings) {
  const { picture } = useLive();
  const contact = line?.contact ?? null;
  const ringing = line?.stage === 'ringing';
  const shown = contact === null || picture.card?.contact === contact;
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!ringing) return;
    const timer = setTimeout(() => setLate(true), CARD_MS);
    return () => clearTimeout(timer);
  }, [ringing]);
  useEffect(() => {
    if (!ringing || !rings || !(shown || late)) return;
    const ring = new Ring();
    ring.start(ringer);
    return () => ring.stop();
  }, [ringing, rings, ringer, shown, late]);
}

/** Who would close the page in mid-call is asked once more. */
function useStay({ line }: PhoneNow) {
  const talks = line?.stage === 'talking';
  useEffect(() => {
    if (!talks) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, [talks]);
}

/** The phone in this page, and what was chosen about it. */
export function usePagePhone(): Told {
  const told = useContext(Context);
  if (!told) throw new Error('outside of PhoneProvider');
  return told;
}
