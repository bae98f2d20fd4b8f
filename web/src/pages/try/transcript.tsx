import { Music } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../../ui/time';
import type { Line, Note } from './state';

/** A wait of seconds, in words: whole minutes from one on. */
export function useWait() {
  const { t } = useTranslation();
  return (low: number | null, high: number | null) => {
    if (low === null || high === null) return null;
    const minutes = (s: number) => Math.max(1, Math.ceil(s / 60));
    const [from, to] = [minutes(low), minutes(high)];
    return from === to ? t('try.minutes', { count: to }) : t('try.between', { from, count: to });
  };
}

function useNote() {
  const { t } = useTranslation();
  const wait = useWait();
  return (note: Note): string => {
    switch (note.kind) {
      case 'queued':
        return t('event.queued', {
          queue: note.queue,
          reason: t(`reason.${note.reason.kind}`, { defaultValue: note.reason.kind }),
        });
      case 'place': {
        const long = wait(note.low, note.high);
        const place = t('try.place', { position: note.position });
        return long ? `${place}, ${long}` : place;
      }
      case 'asked':
        return t('try.asked', { node: note.node });
      case 'connected':
        return t('event.connected', { agent: note.agent });
      case 'ended':
        return t('event.ended', {
          how: t(`outcome.${note.verdict}`, { defaultValue: note.verdict }),
        });
      case 'offered':
      case 'missed':
      case 'held':
      case 'resumed':
      case 'silent':
      case 'message_stored':
      case 'callback_stored':
      case 'fault':
        return t(`try-note.${note.kind}`);
    }
  };
}

/** What is heard and pressed, as it happens. */
export function Transcript({ lines, since }: { lines: readonly Line[]; since: number | null }) {
  const { t } = useTranslation();
  const note = useNote();
  const list = useRef<HTMLOListElement>(null);
  const said = lines.at(-1);
  const size = lines.length + (said?.kind === 'said' ? said.prompts.length / 100 : 0);
  useEffect(() => {
    // The newest is in sight.
    if (size > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [size]);
  return (
    // Read aloud it would talk over the line: who listens to this page hears the call itself.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keyboard
    <ol ref={list} className="transcript" aria-label={t('try.transcript')} tabIndex={0}>
      {lines.map((line) => (
        <li key={`${line.kind} ${line.at}`} className={`t-${line.kind}`}>
          <span className="when number">{clock(since === null ? 0 : line.at - since)}</span>
          {line.kind === 'key' && (
            <span>
              <kbd>{line.key}</kbd> {line.unknown && t('try.means-nothing')}
            </span>
          )}
          {line.kind === 'note' && <span>{note(line.what)}</span>}
          {line.kind === 'said' && <Said line={line} />}
        </li>
      ))}
    </ol>
  );
}

function Said({ line }: { line: Extract<Line, { kind: 'said' }> }) {
  const { t } = useTranslation();
  const spoken = line.prompts.filter((p) => p.words);
  if (spoken.length === 0) {
    return (
      <span className="muted row">
        <Music className="icon" aria-hidden="true" />
        {t(line.repeat ? 'try.music' : 'try.sound')}
      </span>
    );
  }
  return (
    <span className={line.cut === null ? 'words' : 'words cut'}>
      {spoken.map((p) => (
        <span key={`${p.name} ${p.at}`} lang={p.language ?? undefined}>
          {p.words}{' '}
        </span>
      ))}
      {line.cut !== null && <span className="muted">…</span>}
    </span>
  );
}
