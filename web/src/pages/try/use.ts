import { useCallback, useEffect, useRef, useState } from 'react';
import { asProblem, type Problem } from '../../api/problem';
import type { CallEnd } from '../../phone/end';
import { follow } from './follow';
import { type MicrophoneProblem, openVoice, type Voice } from './microphone';
import { Phone } from './phone';
import { apply, hungUp, IDLE, pressed, speaks, type Trying } from './state';

/** How often it is looked whether more has been said. */
const TICK_MS = 200;

export interface TryCall {
  trying: Trying;
  /** This page's clock, as far as it matters for what is shown. */
  now: number;
  /** Why nobody hears who calls. */
  silent: MicrophoneProblem | null;
  muted: boolean;
  /** Nothing passes between here and the server; it is being mended. */
  broken: boolean;
  /** Why there is no call. */
  problem: Problem | null;
  end: CallEnd | null;
  /** What goes on in the line is not told any more, the call goes on. */
  untold: boolean;
  call: (line: string, withMicrophone: boolean) => void;
  press: (key: string) => void;
  mute: (on: boolean) => void;
  hangUp: () => void;
}

interface Running {
  stop: AbortController;
  voice: Voice | null;
  phone: Phone | null;
}

/** One call at a time from this page. `audio`: where it is heard. */
export function useTryCall(audio: React.RefObject<HTMLAudioElement | null>): TryCall {
  const [trying, setTrying] = useState<Trying>(IDLE);
  const [now, setNow] = useState(() => performance.now());
  const [silent, setSilent] = useState<MicrophoneProblem | null>(null);
  const [muted, setMuted] = useState(false);
  const [broken, setBroken] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [end, setEnd] = useState<CallEnd | null>(null);
  const [untold, setUntold] = useState(false);
  const running = useRef<Running | null>(null);

  const change = useCallback((how: (trying: Trying, now: number) => Trying) => {
    const at = performance.now();
    setNow(at);
    setTrying((before) => how(before, at));
  }, []);

  const finish = useCallback(
    (run: Running, end: CallEnd) => {
      if (running.current !== run) return;
      running.current = null;
      run.voice?.close();
      setBroken(false);
      setEnd(end);
      change((t, at) => (t.stage === 'over' ? t : hungUp(t, at)));
      // How it ended comes by the stream, which ends by itself.
      setTimeout(() => run.stop.abort(), 2_000);
    },
    [change],
  );

  const call = useCallback(
    (line: string, withMicrophone: boolean) => {
      if (running.current) return;
      const run: Running = { stop: new AbortController(), voice: null, phone: null };
      running.current = run;
      const gone = () => running.current !== run;
      setProblem(null);
      setEnd(null);
      setMuted(false);
      setUntold(false);
      change(() => ({ ...IDLE, stage: 'preparing' }));
      const begin = async () => {
        run.voice = await openVoice(withMicrophone);
        if (gone()) return run.voice.close();
        setSilent(run.voice.problem);
        const told = (kind: string, data: unknown) => {
          // What still comes of a call that is over belongs to it, unless there is a new one.
          if (running.current === run || running.current === null)
            change((t, at) => apply(t, kind, data, at));
        };
        const over = () => {
          if (!gone()) setUntold(true);
        };
        const ready = await follow(line, run.stop.signal, told, over);
        if (gone() || !audio.current) return;
        change((t) => ({ ...t, stage: 'calling' }));
        run.phone = new Phone({
          ...ready,
          voice: run.voice.stream,
          speaker: audio.current,
          passes: (does) => !gone() && setBroken(!does),
          ended: (end) => finish(run, end),
        });
      };
      begin().catch((error: unknown) => {
        run.stop.abort();
        if (gone()) return;
        running.current = null;
        run.voice?.close();
        setProblem(asProblem(error));
        change(() => IDLE);
      });
    },
    [audio, change, finish],
  );

  const hangUp = useCallback(() => {
    const run = running.current;
    if (!run) return;
    if (run.phone) run.phone.hangUp();
    else {
      run.stop.abort();
      finish(run, { why: 'over' });
    }
  }, [finish]);

  const press = useCallback(
    (key: string) => {
      if (!running.current?.phone) return;
      running.current.phone.press(key);
      change((t, at) => pressed(t, key, at));
    },
    [change],
  );

  const mute = useCallback((on: boolean) => {
    running.current?.phone?.mute(on);
    setMuted(on);
  }, []);

  // The call ends with the page.
  useEffect(() => {
    addEventListener('pagehide', hangUp);
    return () => {
      removeEventListener('pagehide', hangUp);
      hangUp();
    };
  }, [hangUp]);

  // What was told ahead is shown when it is said.
  const speaking = speaks(trying, now);
  useEffect(() => {
    if (!speaking) return;
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [speaking]);

  return { trying, now, silent, muted, broken, problem, end, untold, call, press, mute, hangUp };
}
