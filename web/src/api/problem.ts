/** One field that is wrong, as the server tells it. */
export interface FieldProblem {
  field: string;
  what: string;
  remedy: string;
}

/** What went wrong: problem details of the server (RFC 9457), or that it can not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** The last word of `type`: `wrong-fields`, or `unreachable`. Stays the same. */
    readonly kind: string,
    readonly status: number,
    /** In the server's words, which are English. */
    readonly title: string,
    readonly remedy: string | null = null,
    readonly errors: readonly FieldProblem[] = [],
    /** Seconds. */
    readonly retryAfter: number | null = null,
  ) {
    super(title);
  }

  static unreachable(): Problem {
    return new Problem('unreachable', 0, 'the server can not be reached');
  }

  /** What is wrong with this field, if anything. */
  of(field: string): FieldProblem | undefined {
    return this.errors.find((e) => e.field === field);
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Reads what was answered; answers of proxies on the way are no problem details. */
export function problemOf(status: number, body: unknown): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const type = text(b.type);
  const kind = type?.startsWith('urn:zeroline:') ? type.slice('urn:zeroline:'.length) : null;
  const errors = Array.isArray(b.errors) ? (b.errors as FieldProblem[]) : [];
  const retry = typeof b.retry_after === 'number' ? b.retry_after : null;
  const fallback = status >= 500 ? 'unavailable' : 'refused';
  const title = text(b.title) ?? `HTTP ${status}`;
  return new Problem(kind ?? fallback, status, title, text(b.remedy), errors, retry);
}

/** Anything that was thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const title = error instanceof Error ? error.message : String(error);
  return new Problem('page', 0, title);
}
