const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon-Thu` in the language of whoever reads. */
export function weekdays(days: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  return days
    .split('-')
    .map((day) => {
      const place = DAYS.indexOf(day);
      // The fifth of January 1970 was a Monday.
      return place < 0 ? day : format.format(new Date((4 + place) * 86_400_000));
    })
    .join(' – ');
}
