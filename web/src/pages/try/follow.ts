import { EventSourceParserStream } from 'eventsource-parser/stream';
import { Problem, problemOf } from '../../api/problem';

/** How the call is to be made. */
export interface Ready {
  number: string;
  header: string;
}

/**
 * Follows the one call that this page is going to make to a line. Resolves when the server says how
 * it is to be made; from then on each event is told, and at last that there are no more.
 */
export async function follow(
  line: string,
  signal: AbortSignal,
  told: (kind: string, data: unknown) => void,
  over: () => void,
): Promise<Ready> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/lines/${encodeURIComponent(line)}/try`, {
      headers: { Accept: 'text/event-stream' },
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw Problem.unreachable();
  }
  if (!response.ok || !response.body)
    throw problemOf(response.status, await response.json().catch(() => null));
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  const first = await reader.read();
  if (first.done || first.value.event !== 'ready') throw Problem.unreachable();
  const rest = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      told(value.event ?? '', JSON.parse(value.data));
    }
  };
  // Whether it broke off or came to its end: nothing more is told.
  void rest().then(over, over);
  return JSON.parse(first.value.data) as Ready;
}
