import { Pause, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, Note } from '../../../ui/parts';
import { clock } from '../../../ui/time';
import { useWave } from '../../../ui/wave';

/** A prompt as a wave, playing as soon as it is there. */
export function Listen({ language, prompt }: { language: string; prompt: string }) {
  const { t } = useTranslation();
  const path = [language, prompt].map(encodeURIComponent).join('/');
  const { place, state, playing, at, length, toggle } = useWave({
    url: `/api/v1/prompts/${path}/audio`,
    colours: ['--chart-blue'],
    plays: true,
  });
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
          <Button onPress={toggle}>
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
