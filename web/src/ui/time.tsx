import { useNow } from '../live';
import { useLocale } from './locale';

/** `0:42`, `12:05`, `1:02:03`. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** How long since then; ticks. */
export function Since({ at }: { at: string }) {
  const now = useNow();
  return <span className="number">{clock(now - Date.parse(at))}</span>;
}

/** A length of time. */
export function Length({ ms }: { ms: number }) {
  return <span className="number">{clock(ms)}</span>;
}

/** A moment, by the clock and the habits of whoever reads. Today: the time only. */
export function moment(at: string, language: string, now: number): string {
  const date = new Date(at);
  const today = new Date(now).toDateString() === date.toDateString();
  const style: Intl.DateTimeFormatOptions = today
    ? { timeStyle: 'short' }
    : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(language, style).format(date);
}

export function When({ at }: { at: string }) {
  const locale = useLocale();
  const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
  return (
    <time className="number nowrap" dateTime={at} title={whole.format(new Date(at))}>
      {moment(at, locale, Date.now())}
    </time>
  );
}
