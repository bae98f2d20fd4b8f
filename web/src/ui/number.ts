/** A caller's number as it was told; empty when there is none, or when it is withheld (RFC 3323). */
export function told(number: string | null | undefined): string {
  return !number || number.toLowerCase() === 'anonymous' ? '' : number;
}

/** The last two digits, as the server masks: enough to tell callers apart on a board. */
export function masked(number: string): string {
  return number.length > 2 ? `…${number.slice(-2)}` : number;
}
