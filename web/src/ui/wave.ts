import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import WaveSurfer from 'wavesurfer.js';
import { colour } from './colour';
import { styleNonce } from './nonce';

const HEIGHT = 56;
const PROGRESS = '--line-strong';

interface WaveOptions {
  url: string;
  /** One wave for each channel, by the name of its colour. */
  colours: readonly string[];
  /** It plays as soon as it is there. */
  plays?: boolean;
  /** Where it is, in milliseconds; nothing: it is gone. */
  onTime?: (at: number | null) => void;
}

export interface Wave {
  /** Where it is drawn. */
  place: RefObject<HTMLDivElement | null>;
  state: 'loading' | 'ready' | 'failed';
  playing: boolean;
  /** In milliseconds. */
  at: number;
  length: number;
  toggle: () => void;
  seek: (ms: number) => void;
  speed: (times: number) => void;
}

/** A sound that is drawn as a wave and played, for as long as the part of the page is there. */
export function useWave({ url, colours, plays = false, onTime }: WaveOptions): Wave {
  const place = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | null>(null);
  const [state, setState] = useState<Wave['state']>('loading');
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const told = useRef(onTime);
  told.current = onTime;
  const sides = colours.join(' ');

  useEffect(() => {
    const container = place.current;
    if (!container) return;
    const nonce = styleNonce();
    const look = (name: string) => ({
      waveColor: colour(container, name),
      progressColor: colour(container, PROGRESS),
      height: HEIGHT,
    });
    const names = sides.split(' ');
    setState('loading');
    const player = WaveSurfer.create({
      container,
      url,
      ...look(names[0] ?? PROGRESS),
      cursorColor: colour(container, '--text'),
      cursorWidth: 2,
      barWidth: 2,
      barGap: 1,
      dragToSeek: true,
      ...(names.length > 1 ? { splitChannels: names.map(look) } : {}),
      ...(nonce ? { cspNonce: nonce } : {}),
    });
    wave.current = player;
    player.on('ready', (seconds) => {
      setLength(seconds * 1000);
      setState('ready');
      // Refused where the browser wants a click first: then there is the button.
      if (plays) player.play().catch(() => {});
    });
    player.on('error', () => setState('failed'));
    player.on('play', () => setPlaying(true));
    player.on('pause', () => setPlaying(false));
    player.on('timeupdate', (seconds) => {
      setAt(seconds * 1000);
      told.current?.(seconds * 1000);
    });
    return () => {
      wave.current = null;
      told.current?.(null);
      player.destroy();
    };
  }, [url, sides, plays]);

  const toggle = useCallback(() => void wave.current?.playPause(), []);
  const seek = useCallback((ms: number) => {
    wave.current?.setTime(ms / 1000);
    setAt(ms);
  }, []);
  const speed = useCallback((times: number) => wave.current?.setPlaybackRate(times, true), []);
  return { place, state, playing, at, length, toggle, seek, speed };
}
