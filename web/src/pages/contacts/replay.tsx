import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { Badge, Button, Note, Pick } from '../../ui/parts';
import { clock, Length, When } from '../../ui/time';
import { useWave } from '../../ui/wave';
import { type Mark, within } from './journey';
import { useEventWords } from './timeline';

export type Recording = Schemas['RecordingView'];

const SPEEDS = ['1', '1.25', '1.5', '2'];
/** The caller above, the agent below. */
const SIDES = ['--chart-blue', '--chart-teal'];

interface ReplayProps {
  recording: Recording;
  /** When it began, in milliseconds since the contact began. */
  begins: number;
  marks: readonly Mark[];
  /** Where it plays, in milliseconds since the contact began; nothing: it does not. */
  onTime: (at: number | null) => void;
}

/** One recording: the caller above, the agent below. Listening is written down, so it is asked for. */
export function Replay({ recording, begins, marks, onTime }: ReplayProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const length = recording.length_ms ?? 0;
  return (
    <article className="stack" aria-label={t('replay.of', { agent: recording.agent ?? '–' })}>
      <div className="row spread">
        <h3>{recording.agent ?? t('replay.unknown')}</h3>
        <span className="row small muted">
          <When at={recording.began} />
          <Length ms={length} />
          <Badge tone="none">{t(`replay.consent.${recording.consent}`)}</Badge>
        </span>
      </div>
      {recording.fault && (
        <Note tone="warn">
          {t('replay.fault')} <span lang="en">{recording.fault}</span>
        </Note>
      )}
      {recording.deleted && (
        <p className="muted">
          {t('replay.gone', { who: recording.deleted_by ?? '' })} <When at={recording.deleted} />
        </p>
      )}
      {!recording.deleted && recording.length_ms == null && (
        <p className="muted">{t('replay.goes-on')}</p>
      )}
      {!recording.deleted &&
        recording.length_ms != null &&
        (open ? (
          <Player
            id={recording.recording}
            marks={within(marks, begins, length)}
            begins={begins}
            onTime={onTime}
          />
        ) : (
          <div className="row">
            <Button onPress={() => setOpen(true)}>
              <Play className="icon" aria-hidden="true" />
              {t('replay.listen')}
            </Button>
            <span className="hint">{t('replay.noted')}</span>
          </div>
        ))}
    </article>
  );
}

interface PlayerProps {
  id: number;
  marks: readonly Mark[];
  begins: number;
  onTime: (at: number | null) => void;
}

function Player({ id, marks, begins, onTime }: PlayerProps) {
  const { t } = useTranslation();
  const words = useEventWords();
  const [speed, setSpeed] = useState('1');
  const wave = useWave({
    url: `/api/v1/recordings/${id}/audio`,
    colours: SIDES,
    onTime: (at) => onTime(at === null ? null : begins + at),
  });
  const { state, playing, at, length, seek } = wave;
  return (
    <div className="stack tight player">
      <div className="row small replay-sides">
        <span className="row">
          <span className="swatch caller" />
          {t('replay.above')}
        </span>
        <span className="row">
          <span className="swatch agent" />
          {t('replay.below')}
        </span>
      </div>
      <div ref={wave.place} className="replay-wave" aria-hidden="true" data-state={state} />
      {state === 'loading' && (
        <p className="loading" role="status">
          {t('replay.loading')}
        </p>
      )}
      {state === 'failed' && <Note tone="bad">{t('replay.failed')}</Note>}
      <div className="row">
        <Button look="primary" isDisabled={state !== 'ready'} onPress={wave.toggle}>
          {playing ? (
            <Pause className="icon" aria-hidden="true" />
          ) : (
            <Play className="icon" aria-hidden="true" />
          )}
          {t(playing ? 'replay.pause' : 'replay.play')}
        </Button>
        <input
          type="range"
          className="replay-seek"
          aria-label={t('replay.position')}
          aria-valuetext={t('replay.at', { at: clock(at), length: clock(length) })}
          min={0}
          max={Math.max(1, Math.round(length))}
          step={1000}
          value={Math.round(at)}
          disabled={state !== 'ready'}
          onChange={(event) => seek(Number(event.target.value))}
        />
        <span className="number small">
          {clock(at)} / {clock(length)}
        </span>
        <div className="replay-speed">
          <Pick
            label={t('replay.speed')}
            options={SPEEDS.map((s) => ({ id: s, text: `${s} ×` }))}
            value={speed}
            onChange={(s) => {
              setSpeed(s);
              wave.speed(Number(s));
            }}
          />
        </div>
      </div>
      {marks.length > 0 && (
        <ul className="jumps" aria-label={t('replay.marks')}>
          {marks.map((m, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have no names and never change places
            <li key={n}>
              <Button look="quiet" isDisabled={state !== 'ready'} onPress={() => seek(m.at)}>
                <span className="number">{clock(m.at)}</span> {words(m.event)}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
