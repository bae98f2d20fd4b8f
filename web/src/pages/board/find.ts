import type { CallNow } from '../../live/picture';
import { masked, told } from '../../ui/number';

/** Whether a call is one of those that somebody looks for, by what the board shows of it. */
export function fits(call: CallNow, wanted: string): boolean {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const number = told(call.caller);
  const shown = [
    number ? masked(number) : '',
    call.line,
    call.node ?? '',
    call.queue ?? '',
    ...call.agents,
  ];
  const text = shown.join('\n').toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}
