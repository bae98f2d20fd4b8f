import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import WaveSurfer from 'wavesurfer.js';
import { colour } from '../../../ui/colour';
import { styleNonce } from '../../../ui/nonce';
import { Button, Note } from '../../../ui/parts';
import { clock } from '../../../ui/time';

/** A prompt as a wave, playing as soon as it is there. */
export function Listen({ language, prompt }: { language: string; prompt: string }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | null>(null);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);

  useEffect(() => {
    const container = place.current;
    if (!container) return;
    const nonce = styleNonce();
    const name = encodeURIComponent(prompt);
    const player = WaveSurfer.create({
      container,
      url: `/api/v1/prompts/${encodeURIComponent(language)}/${name}/audio`,
      waveColor: colour(container, '--chart-blue'),
      progressColor: colour(container, '--line-strong'),
      cursorColor: colour(container, '--text'),
      cursorWidth: 2,
      height: 56,
      barWidth: 2,
      barGap: 1,
      dragToSeek: true,
      ...(nonce ? { cspNonce: nonce } : {}),
    });
    wave.current = player;
    player.on('ready', (seconds) => {
      setLength(seconds * 1000);
      setState('ready');
      // Refused where the browser wants a click first: then there is the button.
      player.play().catch(() => {});
    });
    player.on('error', () => setState('failed'));
    player.on('play', () => setPlaying(true));
    player.on('pause', () => setPlaying(false));
    player.on('timeupdate', (seconds) => setAt(seconds * 1000));
    return () => {
      wave.current = null;
      player.destroy();
    };
  }, [language, prompt]);

  return (
    <section className="stack tight prompt-wave" aria-label={`${t('prompts.wave')}: ${prompt}`}>
      <div ref={place} className="wave" aria-hidden="true" data-state={state} />
      {state === 'loading' && (
        <p className="loading" role="status">
          {t('prompts.loading')}
        </p>
      )}
      {state === 'failed' && <Note tone="bad">{t('prompts.failed')}</Note>}
      {state === 'ready' && (
        <div className="row">
          <Button onPress={() => void wave.current?.playPause()}>
            {playing ? (
              <Pause className="icon" aria-hidden="true" />
            ) : (
              <Play className="icon" aria-hidden="true" />
            )}
            {t(playing ? 'prompts.pause' : 'prompts.play')}
          </Button>
          <span className="number small">
            {clock(at)} / {clock(length)}
          </span>
        </div>
      )}
    </section>
  );
}
