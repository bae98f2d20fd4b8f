import type { Tone } from '../../ui/parts';

/** How contacts end, as they are looked for: verdicts, and who gave up in the menu. */
export const OUTCOMES = [
  'agent_ended',
  'caller_hung_up',
  'gave_up',
  'goodbye',
  'message_stored',
  'callback_stored',
  'transferred_out',
  'not_reached',
  'caller_gone',
  'server_stopped',
  'server_lost',
  'fault',
] as const;

/** Which ends somebody should look at. */
export function outcomeTone(word: string): Tone {
  switch (word) {
    case 'gave_up':
    case 'not_reached':
    case 'caller_gone':
      return 'warn';
    case 'fault':
    case 'server_lost':
    case 'server_stopped':
    case 'setup_failed':
    case 'refused':
      return 'bad';
    default:
      return 'none';
  }
}
