/**
 * The dialog of the talk, kept in this browser: after a reload, in another tab or after the network
 * was gone the page takes its talk again with it (Replaces, RFC 3891). It opens nothing by itself:
 * the server asks for the agent's password and takes it from that agent only.
 */
export interface Dialog {
  call: string;
  /** Our tag, and the server's. */
  ours: string;
  theirs: string;
  contact: string | null;
  /** Who was muted is not heard after a reload either. */
  muted: boolean;
  /** When it was there last. */
  at: number;
}

/** The server has given the caller to somebody else long before. */
const OLD_MS = 10 * 60_000;

function isDialog(value: unknown): value is Dialog {
  if (typeof value !== 'object' || value === null) return false;
  const d = value as Record<string, unknown>;
  const texts = [d.call, d.ours, d.theirs].every((t) => typeof t === 'string' && TOKEN.test(t));
  const named = d.contact === null || typeof d.contact === 'string';
  return texts && named && typeof d.at === 'number' && typeof d.muted === 'boolean';
}

/** What may be in such an id: nothing that would end a header. */
const TOKEN = /^[\w.!%*+`'~@:$&/=?-]+$/;

/** What was kept, unless it is old or is not understood. */
export function readDialog(kept: string | null, now: number): Dialog | null {
  try {
    const value: unknown = JSON.parse(kept ?? 'null');
    return isDialog(value) && now - value.at < OLD_MS && value.at <= now + OLD_MS ? value : null;
  } catch {
    return null;
  }
}

/** As the server is to read it: its own tag is `to-tag`. */
export function replaces({ call, ours, theirs }: Dialog): string {
  return `Replaces: ${call};to-tag=${theirs};from-tag=${ours}`;
}

const key = (agent: string) => `zeroline.talk.${agent}`;

export function keepDialog(agent: string, dialog: Dialog | null) {
  try {
    if (dialog) localStorage.setItem(key(agent), JSON.stringify(dialog));
    else localStorage.removeItem(key(agent));
  } catch {
    // A reload loses the talk then, and the caller goes back to the queue.
  }
}

export function keptDialog(agent: string): Dialog | null {
  try {
    return readDialog(localStorage.getItem(key(agent)), Date.now());
  } catch {
    return null;
  }
}

/** Whose card it is: what the server says with the ring (User-to-User, RFC 7433). */
export function contactOf(userToUser: string | undefined): string | null {
  const hex = /^([0-9a-f]+);/i.exec(userToUser ?? '')?.[1];
  if (!hex || hex.length % 2 !== 0) return null;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (b) => Number.parseInt(b, 16));
  try {
    const told: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const c = (told as { c?: unknown } | null)?.c;
    return typeof c === 'string' && c !== '' ? c : null;
  } catch {
    return null;
  }
}
