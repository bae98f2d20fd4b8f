import type { By } from './range';

/** The zone, where this browser knows it. */
export function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}

/**
 * What intervals are called, by the clock of the zone. An hour that there is twice, when clocks go
 * back, has its offset with it.
 */
export function intervalLabels(
  begins: readonly string[],
  by: By | 'quarter',
  locale: string,
  zone: string,
): string[] {
  const timeZone = knownZone(zone);
  const dates = begins.map((at) => new Date(at));
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const days = new Set(dates.map((d) => day.format(d)));
  const format = new Intl.DateTimeFormat(locale, { timeZone, ...styleOf(by, days.size > 1) });
  const names = dates.map((d) => format.format(d));
  if (by !== 'hour' && by !== 'quarter') return names;
  const often = new Map<string, number>();
  for (const name of names) often.set(name, (often.get(name) ?? 0) + 1);
  const offset = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' });
  return names.map((name, i) => {
    const date = dates[i];
    if ((often.get(name) ?? 0) < 2 || !date) return name;
    const part = offset.formatToParts(date).find((p) => p.type === 'timeZoneName');
    return `${name} ${part?.value ?? ''}`.trim();
  });
}

function styleOf(by: By | 'quarter', several: boolean): Intl.DateTimeFormatOptions {
  switch (by) {
    case 'quarter':
    case 'hour':
      return several
        ? { weekday: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }
        : { hour: '2-digit', minute: '2-digit' };
    case 'day':
    case 'week':
      return { weekday: 'short', day: 'numeric', month: 'short' };
    case 'month':
      return { month: 'short', year: 'numeric' };
  }
}

/** A moment with its date, by the clock of the zone. */
export function stampOf(at: string, locale: string, zone: string): string {
  const style: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(locale, { ...style, timeZone: knownZone(zone) }).format(
    new Date(at),
  );
}
