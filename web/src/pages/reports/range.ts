/** Which time a report is about, as the address of the page says. */
export interface ReportSearch {
  range?: Range;
  by?: By;
  /** Own dates, both in it: `2026-11-29`. */
  from?: string;
  to?: string;
  queue?: string;
  line?: string;
  /** By whose clock; none: the server's. */
  zone?: string;
}

export const RANGES = ['today', 'yesterday', 'week', 'month', 'own'] as const;
export type Range = (typeof RANGES)[number];
export const BYS = ['hour', 'day', 'week', 'month'] as const;
export type By = (typeof BYS)[number];

/** More intervals than these the server refuses, and nobody reads. */
const MOST = 400;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A day as a number of days, or nothing where it is none. */
function dayOf(date: string | undefined): number | null {
  if (!date || !DATE.test(date)) return null;
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) ? null : at / 86_400_000;
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** How many days it is, about: enough to say which intervals there may be. */
export function daysOf(search: ReportSearch): number {
  switch (search.range ?? 'today') {
    case 'today':
    case 'yesterday':
      return 1;
    case 'week':
      return 8;
    case 'month':
      return 31;
    case 'own': {
      const [from, to] = [dayOf(search.from), dayOf(search.to)];
      return from === null || to === null ? 1 : Math.max(1, to - from + 1);
    }
  }
}

/** The intervals that make sense for so many days. */
export function bysOf(days: number): By[] {
  const hours = { hour: 1, day: 24, week: 168, month: 720 };
  const fits = BYS.filter((by) => {
    const many = (days * 24) / hours[by];
    return many <= MOST && many >= 1;
  });
  return fits.length > 0 ? fits : ['month'];
}

/** The interval that is shown: the one asked for where it makes sense, else the finest but a few. */
export function byOf(search: ReportSearch): By {
  const days = daysOf(search);
  const all = bysOf(days);
  if (search.by && all.includes(search.by)) return search.by;
  const usual: By = days <= 2 ? 'hour' : days <= 60 ? 'day' : days <= 200 ? 'week' : 'month';
  return all.includes(usual) ? usual : (all[0] ?? 'day');
}

/** What is asked of the server; nothing while own dates are not whole, or the wrong way round. */
export function spanOf(search: ReportSearch): { since?: string; until?: string } | null {
  switch (search.range ?? 'today') {
    case 'today':
      return {};
    case 'yesterday':
      return { since: '1d', until: '0d' };
    case 'week':
      return { since: '7d' };
    case 'month':
      return { since: '30d' };
    case 'own': {
      const [from, to] = [dayOf(search.from), dayOf(search.to)];
      if (from === null || to === null || to < from) return null;
      // The last day is in it: whoever asks for one day gets all of it.
      return { since: dateOf(from), until: dateOf(to + 1) };
    }
  }
}

function one<T extends string>(all: readonly T[], value: unknown): T | undefined {
  return all.find((v) => v === value);
}

/** What of an address is understood. */
export function reportSearch(search: Record<string, unknown>): ReportSearch {
  const text = (value: unknown) =>
    typeof value === 'string' && value !== '' ? value.slice(0, 64) : undefined;
  const range = one(RANGES, search.range);
  const by = one(BYS, search.by);
  const rest = {
    from: text(search.from),
    to: text(search.to),
    queue: text(search.queue),
    line: text(search.line),
    zone: text(search.zone),
  };
  const found: ReportSearch = { ...(range ? { range } : {}), ...(by ? { by } : {}) };
  for (const key of ['from', 'to', 'queue', 'line', 'zone'] as const) {
    const value = rest[key];
    if (value) found[key] = value;
  }
  return found;
}
