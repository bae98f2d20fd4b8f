import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choose } from '../app/language';
import { da } from './da';
import { de } from './de';
import { en } from './en';
import { nb } from './nb';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, before = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') all.set(before + key, value);
    else for (const [k, v] of flat(value, `${before}${key}.`)) all.set(k, v);
  }
  return all;
}

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'locales' ? '' : sources(path);
      return /(?<!\.test)\.tsx?$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

const english = flat(en);
const code = sources(join(import.meta.dirname, '..'));

describe('texts', () => {
  it('are there for every key that is named in the pages', () => {
    const named = [...code.matchAll(/\bt\(\s*'([^'$]+)'/g)].map((m) => m[1] ?? '');
    expect(named.length).toBeGreaterThan(150);
    const missing = named.filter((k) => !english.has(k) && !english.has(`${k}_other`));
    expect(missing).toEqual([]);
  });

  it('are all used', () => {
    const groups = [...code.matchAll(/`([a-z-]+(?:\.[a-z-]+)?[.-])\$\{/g)].map((m) => m[1] ?? '');
    const unused = [...english.keys()].filter((key) => {
      const base = key.replace(/_(one|other)$/, '');
      return !code.includes(`'${base}'`) && !groups.some((g) => base.startsWith(g));
    });
    expect(unused).toEqual([]);
  });

  it.each(Object.entries({ de, da, nb }))('of %s have the same values to fill in', (_, tree) => {
    const holes = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map((m) => m[0]).sort();
    for (const [key, text] of flat(tree)) {
      expect(holes(text), key).toEqual(holes(english.get(key) ?? ''));
      expect(text.trim(), key).not.toBe('');
    }
  });

  it('of other languages are not the English ones', () => {
    for (const [name, tree] of Object.entries({ de, da, nb })) {
      const same = [...flat(tree)].filter(([key, text]) => english.get(key) === text);
      expect(same.length, `${name}: ${same.map((s) => s[0]).join(' ')}`).toBeLessThan(40);
    }
  });
});

describe('the language', () => {
  it('is the chosen one, else the first of the browser’s that there is', () => {
    expect(choose('da', ['de'])).toBe('da');
    expect(choose(null, ['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(choose(null, ['nn-NO'])).toBe('nb');
    expect(choose('xx', [])).toBe('en');
  });
});
