/** What a cell holds: counts and shares are numbers, times are milliseconds. */
export type Kind = 'text' | 'count' | 'share' | 'time' | 'number';

export interface Column<R> {
  head: string;
  kind: Kind;
  of: (row: R) => string | number | null | undefined;
}

function quoted(cell: string): string {
  // What a spreadsheet would take for a formula is text.
  const safe = /^[=+@\t\r]/.test(cell) || (cell.startsWith('-') && Number.isNaN(Number(cell)));
  const text = safe ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function raw(kind: Kind, value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  // Seconds: what people reckon with.
  return String(kind === 'time' ? value / 1000 : Math.round(value * 10_000) / 10_000);
}

/** The table as it is shown, unrounded, for a spreadsheet (RFC 4180). */
export function csvOf<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const head = columns.map((c) => quoted(c.kind === 'time' ? `${c.head} (s)` : c.head));
  const lines = rows.map((row) => columns.map((c) => quoted(raw(c.kind, c.of(row)))).join(','));
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
}

/** Has the browser keep a file. */
export function download(name: string, text: string) {
  // The mark at the beginning tells Excel that it is UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
