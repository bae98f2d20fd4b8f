import createClient, { type Middleware } from 'openapi-fetch';
import { Problem, problemOf } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** A request that has no answer after this long is given up; the server gives up after 30 s. */
const PATIENCE_MS = 35_000;

let csrf: string | null = null;
let onSignedOut: () => void = () => {};
let skew = 0;

/** What proves to the server that a page of ours asks. */
export function setCsrf(value: string | null | undefined) {
  csrf = value ?? null;
}

/** Called when an answer says that nobody is signed in (any more). */
export function whenSignedOut(then: () => void) {
  onSignedOut = then;
}

/** The server's clock: times in answers are its own, and this machine's clock may be wrong. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** A random id. `crypto.randomUUID` is missing where the page did not come by HTTPS. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

function noteClock(response: Response, asked: number) {
  const date = Date.parse(response.headers.get('date') ?? '');
  const now = Date.now();
  // The header has whole seconds: smaller differences are not known. Slow answers tell nothing.
  if (Number.isNaN(date) || now - asked > 1_000) return;
  const off = date + 500 - now;
  skew = Math.abs(off) < 1_500 ? 0 : off;
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET') return undefined;
    // What only looks is not kept.
    if (!/\/menus\/(check|walk|tests)$/.test(request.url))
      request.headers.set('Idempotency-Key', randomId());
    if (csrf) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
};

async function patient(request: Request): Promise<Response> {
  const asked = Date.now();
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]);
  let response: Response;
  try {
    response = await fetch(new Request(request, { signal }));
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw Problem.unreachable();
  }
  noteClock(response, asked);
  const signingIn = request.method === 'POST' && new URL(request.url).pathname === SESSION;
  if (response.status === 401 && !signingIn) onSignedOut();
  return response;
}

const SESSION = '/api/v1/session';

/** The one client, typed by the server's OpenAPI document. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, fetch: patient });
api.use(middleware);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data; throws a `Problem` where the server refused. */
export async function got<T>(answer: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response.status, error);
  return data as NonNullable<T>;
}
