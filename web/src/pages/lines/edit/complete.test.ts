import { describe, expect, it } from 'vitest';
import { kindOf, nodesOf, proposals, type Schema, spotAt } from './complete';

const TEXT = `line: demo
languages: [en, de]
start: welcome
nodes:
  # the first
  welcome:
    menu:
      greeting:
        en: "Hello: you"
      options:
        1: { say: { en: "bills" }, go: bill }
        2:
          say: orders
          go: order
  open:
    choose:
      - { when: { closed: yes }, go: closed }
      - when: { state: paid }
        go: paid
  bill:
    say: x
`;

const line: Schema = {
  $ref: '#/$defs/line',
  $defs: {
    line: {
      properties: {
        line: { description: 'Its name' },
        start: { description: 'The node where calls begin' },
        nodes: { additionalProperties: { $ref: '#/$defs/node' } },
      },
    },
    node: {
      properties: {
        label: { description: 'What agents see' },
        menu: { $ref: '#/$defs/menu', description: 'Offers keys' },
        choose: { items: { $ref: '#/$defs/case' } },
      },
    },
    menu: {
      properties: {
        greeting: {},
        options: { patternProperties: { '^[1-9]$': { $ref: '#/$defs/option' } } },
        barge: { enum: [true, false, 'yes', 'no'] },
      },
    },
    option: {
      properties: { say: {}, go: { description: 'Where to: a node, `human`, `back` or `repeat`' } },
    },
    case: { properties: { when: {}, go: { description: 'Where to: a node' } } },
  },
};

/** The place of `|` in a text that is put behind the beginning of the file. */
function spot(more: string, before = TEXT) {
  const text = before + more;
  const at = text.indexOf('|');
  return { text: text.replace('|', ''), spot: spotAt(text.replace('|', ''), at) };
}

function labels(more: string): string[] {
  const { text, spot: found } = spot(more);
  return found ? proposals(text, found, { line }).map((p) => p.label) : [];
}

describe('where the cursor is', () => {
  it('is told by indentation, braces and dashes', () => {
    const at = (more: string) => spot(more).spot;
    expect(at('|')).toMatchObject({ path: [], key: null, word: '' });
    expect(at('  next:\n    me|')).toMatchObject({
      path: ['nodes', 'next'],
      key: null,
      word: 'me',
    });
    expect(at('  next:\n    menu:\n      options:\n        3: { go: b|')).toMatchObject({
      path: ['nodes', 'next', 'menu', 'options', '3'],
      key: 'go',
      word: 'b',
    });
    expect(at('  next:\n    choose:\n      - wh|')).toMatchObject({
      path: ['nodes', 'next', 'choose', '[]'],
      key: null,
    });
    expect(at('  next:\n    choose:\n      - when: { a: b }\n        g|')).toMatchObject({
      path: ['nodes', 'next', 'choose', '[]'],
    });
    expect(at('  next:\n    choose:\n    - g|')).toMatchObject({
      path: ['nodes', 'next', 'choose', '[]'],
    });
    expect(at('  next:\n    menu:\n      barge: |')).toMatchObject({ key: 'barge', word: '' });
  });

  it('is nowhere in a comment', () => {
    expect(spot('  # me|').spot).toBeNull();
    expect(spot('  next: # me|').spot).toBeNull();
  });
});

describe('what is proposed', () => {
  it('are the keys of the schema there', () => {
    expect(labels('|')).toEqual(['line', 'start', 'nodes']);
    expect(labels('  next:\n    |')).toEqual(['label', 'menu', 'choose']);
    expect(labels('  next:\n    menu:\n      |')).toEqual(['greeting', 'options', 'barge']);
    expect(labels('  next:\n    menu:\n      options:\n        3:\n          |')).toEqual([
      'say',
      'go',
    ]);
    expect(labels('  next:\n    choose:\n      - |')).toEqual(['when', 'go']);
  });

  it('are the words that a value may have, and nodes where one is wanted', () => {
    expect(labels('  next:\n    menu:\n      barge: |')).toEqual(['true', 'false', 'yes', 'no']);
    const nodes = ['welcome', 'open', 'bill', 'next'];
    expect(labels('  next:\n    menu:\n      options:\n        3: { go: |')).toEqual([
      ...nodes,
      'human',
      'back',
      'repeat',
    ]);
    expect(labels('  next:\n    label: |')).toEqual([]);
  });

  it('go by the kind of file', () => {
    expect(kindOf(TEXT)).toBe('line');
    expect(kindOf('calendar: office\nzone: x')).toBe('calendar');
    expect(kindOf('# x\nfragment: order\n')).toBe('fragment');
    expect(nodesOf(TEXT)).toEqual(['welcome', 'open', 'bill']);
  });
});
