import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../locales/en';

/** The names of an enum of the server, as it writes them. */
function names(file: string, of: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../../src', file), 'utf8');
  const body = new RegExp(`pub enum ${of} \\{\\n(.*?)\\n\\}`, 's').exec(text)?.[1] ?? '';
  const found = [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map((m) => m[1] ?? '');
  return found.map((n) => n.replace(/(?<=[a-z])[A-Z]/g, (c) => `_${c}`).toLowerCase());
}

const page = readFileSync(join(import.meta.dirname, 'timeline.tsx'), 'utf8');

describe('a timeline', () => {
  it('has words for every event of the server', () => {
    const all = names('record/timeline.rs', 'Event');
    expect(all.length).toBeGreaterThan(25);
    const raw = all.filter((e) => !(e in en.event) && !page.includes(`case '${e}': {\n`));
    const own = ['overflowed', 'joined', 'recording', 'consulted', 'said', 'approval'];
    expect(raw.filter((e) => !own.includes(e))).toEqual([]);
    for (const e of own) expect(page).toContain(`case '${e}':`);
  });

  it.each([
    ['record/taping.rs', 'Taping', en.aside.taping],
    ['record/parties.rs', 'ConsultStep', en.aside.consulted],
    ['record/parties.rs', 'ApprovalStep', en.aside.approval],
    ['record/parties.rs', 'Party', en.party],
    ['queue/acd.rs', 'NotAnswered', en.missed],
    ['queue/action.rs', 'OverflowCause', en.overflow],
    ['record/verdict.rs', 'Verdict', en.outcome],
  ])('has words for all of %s %s', (file, of, words) => {
    const all = names(file, of);
    expect(all.length).toBeGreaterThan(1);
    expect(all.filter((n) => !(n in words))).toEqual([]);
  });

  it('has words for every part in a talk', () => {
    for (const p of names('record/parties.rs', 'Presence'))
      expect(en.event).toHaveProperty(`joined-${p}`);
  });
});
