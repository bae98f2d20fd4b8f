import type { Schemas } from '../../../api/client';

export type Prompt = Schemas['PromptView'];

/** What is to be shown; `null`: all of them. */
export interface Wish {
  /** A line; empty: what the server says by itself. */
  line: string | null;
  language: string | null;
  show: Show;
  /** Words that are said, or a part of the name. */
  find: string;
}

export const SHOWS = ['all', 'wrong', 'recorded', 'spoken', 'built_in'] as const;
export type Show = (typeof SHOWS)[number];

/** Something has to be done. */
export function isWrong(prompt: Prompt): boolean {
  return prompt.faults.some((f) => f.wrong);
}

function fits(prompt: Prompt, show: Show): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'wrong':
      return isWrong(prompt);
    case 'spoken':
      return prompt.source === 'spoken' || prompt.source === 'unspoken';
    default:
      return prompt.source === show;
  }
}

/** Those that are wished for, in their order. */
export function choose(prompts: readonly Prompt[], wish: Wish): Prompt[] {
  const find = wish.find.trim().toLowerCase();
  return prompts.filter(
    (p) =>
      (wish.language === null || p.language === wish.language) &&
      (wish.line === null || p.uses.some((u) => (u.line ?? '') === wish.line)) &&
      fits(p, wish.show) &&
      (find === '' || `${p.prompt}\n${p.words ?? ''}`.toLowerCase().includes(find)),
  );
}

/** Who plays a prompt, each line once. */
export interface Players {
  server: boolean;
  queues: string[];
  /** With the nodes, by what reports show of them; without any: beside the nodes. */
  lines: { line: string; nodes: string[] }[];
  /** Lines that read numbers or dates aloud with it. */
  values: string[];
}

export function players(uses: readonly Schemas['PromptUse'][]): Players {
  const nodes = new Map<string, Set<string>>();
  const values = new Set<string>();
  const queues = new Set<string>();
  let server = false;
  for (const use of uses) {
    if (use.line && use.value) values.add(use.line);
    else if (use.line) {
      const of = nodes.get(use.line) ?? new Set();
      if (use.label || use.node) of.add(use.label || use.node || '');
      nodes.set(use.line, of);
    } else if (use.queue) queues.add(use.queue);
    else server = true;
  }
  return {
    server,
    queues: [...queues],
    lines: [...nodes].map(([line, of]) => ({ line, nodes: [...of] })),
    values: [...values],
  };
}
