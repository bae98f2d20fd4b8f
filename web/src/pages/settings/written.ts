import type { Schemas } from '../../api/client';

export type Section = 'agents' | 'queues' | 'webhooks';

/** How a value is written: `list` with commas between, `flag` as `true` or `false`. */
export type Kind = 'text' | 'secret' | 'list' | 'flag' | 'pick' | 'number';

type Value = string | number | boolean | string[] | null;

export type Body = Record<string, Value>;

/** What the file says of something, as it is written in fields. */
export interface Entry {
  name: string;
  values: Record<string, string>;
}

/** As the server takes it; what is empty is taken out, so that the usual holds. */
function value(kind: Kind, text: string): Value {
  const written = text.trim();
  if (kind === 'flag') return written === 'true';
  if (written === '') return null;
  if (kind === 'number' && /^\d+$/.test(written)) return Number(written);
  if (kind === 'list')
    return written
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  return written;
}

/** What has changed, and nothing else: what somebody else changes meanwhile stays. */
export function body(
  parts: readonly { key: string; kind: Kind }[],
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Body {
  const all: Body = {};
  for (const { key, kind } of parts) {
    const text = now[key] ?? '';
    if (text.trim() !== (before[key] ?? '').trim()) all[key] = value(kind, text);
  }
  return all;
}

/** `90s`, `5m`: as the settings file has times. */
export function span(ms: number): string {
  if (ms % 1000 !== 0) return `${ms}ms`;
  const s = ms / 1000;
  if (s !== 0 && s % 3600 === 0) return `${s / 3600}h`;
  return s !== 0 && s % 60 === 0 ? `${s / 60}m` : `${s}s`;
}

export function agentEntry(agent: Schemas['AgentSetting'], queues: number): Entry {
  const skills = Object.entries(agent.skills);
  return {
    name: agent.agent,
    values: {
      name: agent.name === agent.agent ? '' : agent.name,
      // Who answers all of them answers new ones as well.
      queues: agent.queues.length === queues ? '' : agent.queues.join(', '),
      skills: skills
        .map(([skill, level]) => (level === 5 ? skill : `${skill}:${level}`))
        .join(', '),
      ring_for: agent.ring_for_ms == null ? '' : span(agent.ring_for_ms),
      wrap_up: agent.wrap_up_ms == null ? '' : span(agent.wrap_up_ms),
      max_tasks: agent.max_tasks == null ? '' : String(agent.max_tasks),
      supervisor: String(agent.supervisor),
      auto_answer: String(agent.auto_answer),
    },
  };
}

export function queueEntry(queue: Schemas['QueueSetting']): Entry {
  const steps = queue.overflow.map((step) =>
    step === 'message' || step === 'callback' || step.startsWith('outside:')
      ? step
      : `queue:${step}`,
  );
  return {
    name: queue.queue,
    values: {
      strategy: queue.strategy,
      ring_for: span(queue.ring_for_ms),
      wrap_up: span(queue.wrap_up_ms),
      max_callers: String(queue.max_callers),
      max_wait: span(queue.max_wait_ms),
      service_level: `${queue.service_percent}% in ${span(queue.service_within_ms)}`,
      unstaffed: queue.waits_unstaffed ? 'wait' : 'overflow',
      overflow: steps.join(', '),
      recording: queue.recording,
      wrap_up_codes: queue.wrap_up_codes.join(', '),
      messages_to: queue.messages_to.join(', '),
    },
  };
}

export function webhookEntry(hook: Schemas['WebhookSetting'], events: number): Entry {
  return {
    name: hook.name,
    values: {
      url: hook.url,
      events: hook.events.length === events ? '' : hook.events.join(', '),
      numbers: String(hook.numbers),
    },
  };
}
