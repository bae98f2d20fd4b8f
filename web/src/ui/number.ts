/** The last two digits, as the server masks: enough to tell callers apart on a board. */
export function masked(number: string): string {
  return number.length > 2 ? `…${number.slice(-2)}` : number;
}
