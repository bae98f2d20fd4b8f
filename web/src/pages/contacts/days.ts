/** The first moment of a day by the clock here: `2026-11-29`. */
export function dayStart(day: string): string {
  return midnight(day, 0);
}

/** The first moment of the day after it: days may have 23 or 25 hours. */
export function dayEnd(day: string): string {
  return midnight(day, 1);
}

function midnight(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number);
  const at = new Date(year ?? 1970, (month ?? 1) - 1, (date ?? 1) + later);
  // What is no day finds nothing, rather than everything.
  return Number.isNaN(at.getTime()) ? new Date(0).toISOString() : at.toISOString();
}
