import { describe, expect, it } from 'vitest';
import { choose, isWrong, type Prompt, players, type Wish } from './choose';

function prompt(name: string, more: Partial<Prompt> = {}): Prompt {
  return {
    language: 'en',
    prompt: name,
    source: 'recorded',
    faults: [],
    uses: [],
    audio: true,
    ...more,
  };
}

const fault = (name: string, wrong: boolean) => ({ fault: name, wrong, detail: '', remedy: '' });
const use = (more: object) => ({ value: false, ...more });

const ALL = [
  prompt('jingle', { source: 'missing', faults: [fault('missing', true)], audio: false }),
  prompt('welcome', {
    words: 'Welcome to Northwind.',
    uses: [use({ line: 'main', node: 'hello' })],
  }),
  prompt('willkommen', { language: 'de', faults: [fault('no_transcript', false)] }),
  prompt('text-1', { source: 'unspoken', uses: [use({ line: 'sales' })] }),
  prompt('sys-music', { source: 'built_in', uses: [use({})] }),
];
const EVERY: Wish = { line: null, language: null, show: 'all', find: '' };
const names = (wish: Partial<Wish>) => choose(ALL, { ...EVERY, ...wish }).map((p) => p.prompt);

describe('prompts', () => {
  it('are chosen by line, language, kind and words', () => {
    expect(names({})).toHaveLength(5);
    expect(names({ line: 'main' })).toEqual(['welcome']);
    expect(names({ line: '' })).toEqual(['sys-music']);
    expect(names({ language: 'de' })).toEqual(['willkommen']);
    expect(names({ show: 'wrong' })).toEqual(['jingle']);
    expect(names({ show: 'spoken' })).toEqual(['text-1']);
    expect(names({ show: 'recorded' })).toEqual(['welcome', 'willkommen']);
    expect(names({ find: ' NORTHWIND ' })).toEqual(['welcome']);
    expect(names({ find: 'jing' })).toEqual(['jingle']);
    expect(names({ language: 'de', show: 'wrong' })).toEqual([]);
  });

  it('are wrong only where something has to be done', () => {
    expect(ALL.map(isWrong)).toEqual([true, false, false, false, false]);
  });

  it('tell each player once', () => {
    const told = players([
      use({}),
      use({ queue: 'support' }),
      use({ line: 'main', node: 'hello', label: 'Hello' }),
      use({ line: 'main', node: 'menu' }),
      use({ line: 'main', node: 'hello', label: 'Hello' }),
      use({ line: 'sales' }),
      use({ line: 'main', node: 'bill', value: true }),
    ]);
    expect(told).toEqual({
      server: true,
      queues: ['support'],
      lines: [
        { line: 'main', nodes: ['Hello', 'menu'] },
        { line: 'sales', nodes: [] },
      ],
      values: ['main'],
    });
  });
});
