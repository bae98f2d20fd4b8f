/** What lets a library's styles into this page: the server makes a new one for each answer. */
export function styleNonce(): string | null {
  return document.querySelector('meta[property="csp-nonce"]')?.getAttribute('content') ?? null;
}
