/** JSON Schema, as far as those of menu files use it. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
}

/** By kind of file. */
export type Schemas = Partial<Record<'line' | 'calendar' | 'fragment', Schema>>;

/** Where in a file something is written: names of mappings from the top, `[]` for a list. */
export interface Spot {
  path: string[];
  /** A key is written, or the value of this key. */
  key: string | null;
  /** What is written of it so far, and where that begins. */
  word: string;
  from: number;
}

export interface Proposal {
  label: string;
  info: string | null;
  /** What is written for it. */
  apply: string;
  kind: 'key' | 'value' | 'node';
}

const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s:#{}[\],"'][^:#{}[\],]*?)|([*#]))\s*:(?:\s|$)/;

/** The key that this text begins with, if it does. */
function keyOf(text: string): string | null {
  const m = KEY.exec(text);
  return m ? (m[1] ?? m[2] ?? m[3] ?? m[4] ?? null) : null;
}

interface Row {
  /** Where a key of this line stands: behind the dashes. */
  column: number;
  /** Where its dashes stand. */
  dashes: number[];
  rest: string;
}

function row(line: string): Row {
  let column = line.length - line.trimStart().length;
  let rest = line.slice(column);
  const dashes: number[] = [];
  for (let m = /^-(\s+|$)/.exec(rest); m; m = /^-(\s+|$)/.exec(rest)) {
    dashes.push(column);
    column += m[0].length;
    rest = rest.slice(m[0].length);
  }
  return { column, dashes, rest };
}

/** What is open in this text of a line: keys of braces, and the key whose value is being written. */
function flow(text: string): { keys: string[]; key: string | null; start: number } {
  const keys: string[] = [];
  let key: string | null = null;
  let start = 0;
  let quote: string | null = null;
  let word = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote) {
      if (c === quote) quote = null;
      continue;
    }
    if (c === '"' || c === "'") quote = c;
    else if (c === '#' && /\s/.test(text[i - 1] ?? ' ')) break;
    else if (c === ':' && /[\s]|^$/.test(text[i + 1] ?? '')) {
      key = text
        .slice(word, i)
        .trim()
        .replace(/^["']|["']$/g, '');
      start = i + 1;
    } else if (c === '{' || c === '[') {
      keys.push(key ?? '', ...(c === '[' ? ['[]'] : []));
      key = null;
      word = start = i + 1;
    } else if (c === '}' || c === ']') {
      if (c === ']') keys.pop();
      key = keys.pop() ?? null;
      start = i + 1;
    } else if (c === ',' && keys.length > 0) {
      key = null;
      word = start = i + 1;
    }
  }
  return { keys: keys.filter((k) => k !== ''), key, start };
}

/** Where the cursor is, in a YAML file as people write menus. `null`: within a comment. */
export function spotAt(text: string, at: number): Spot | null {
  const begin = text.lastIndexOf('\n', at - 1) + 1;
  const line = text.slice(begin, at);
  if (/(^|\s)#/.test(line.replace(/"[^"]*"|'[^']*'/g, ''))) return null;
  const { column, dashes, rest } = row(line);
  const open = flow(rest);
  const written = rest.slice(open.start);
  const word = written.trimStart();
  const path = above(text.slice(0, begin), column, dashes);
  return {
    path: [...path, ...open.keys],
    key: open.key,
    word,
    from: at - word.length,
  };
}

/** The mappings and lists that a line with this indentation is in. */
function above(before: string, column: number, dashes: readonly number[]): string[] {
  const path: string[] = [];
  // From the inside out: what stands further left is what this is in.
  let left = column;
  for (const dash of [...dashes].reverse()) {
    path.unshift('[]');
    left = dash;
  }
  const lines = before.split('\n').slice(0, -1);
  // A key may stand right above its list, at the same column.
  let list = dashes.length > 0;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const r = row(line);
    const key = keyOf(r.rest);
    const holds = list ? r.column <= left : r.column < left;
    if (key !== null && holds && !(list && r.dashes.length > 0 && r.column === left)) {
      path.unshift(key);
      left = r.column;
      list = false;
    }
    // The dashes before it: this is an entry of a list.
    for (const dash of [...r.dashes].reverse()) {
      if (dash < left && r.column <= left) {
        path.unshift('[]');
        left = dash;
        list = true;
      }
    }
    if (left === 0 && !list) break;
  }
  return path;
}

/** What a schema stands for, with references and alternatives opened. */
function open(root: Schema, schema: Schema | undefined, deep = 0): Schema[] {
  if (!schema || deep > 8) return [];
  const referred = schema.$ref?.startsWith('#/$defs/')
    ? open(root, root.$defs?.[schema.$ref.slice('#/$defs/'.length)], deep + 1)
    : [];
  const either = (schema.anyOf ?? []).flatMap((s) => open(root, s, deep + 1));
  return [schema, ...referred, ...either];
}

/** The schemas of what is at this path. */
export function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let here = open(root, root);
  for (const name of path) {
    here = here.flatMap((s) => {
      if (name === '[]') return open(root, s.items);
      const own = s.properties?.[name];
      if (own) return open(root, own);
      const pattern = Object.entries(s.patternProperties ?? {}).find(([p]) =>
        new RegExp(p).test(name),
      );
      if (pattern) return open(root, pattern[1]);
      const { additionalProperties: more } = s;
      return typeof more === 'object' ? open(root, more) : [];
    });
  }
  return here;
}

/** What kind of file it is, by its first key. */
export function kindOf(text: string): keyof Schemas {
  if (/^line\s*:/m.test(text)) return 'line';
  if (/^fragment\s*:/m.test(text)) return 'fragment';
  return /^calendar\s*:/m.test(text) ? 'calendar' : 'line';
}

/** The nodes that are written in this file. */
export function nodesOf(text: string): string[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((l) => /^nodes\s*:/.test(l));
  if (begin < 0) return [];
  const nodes: string[] = [];
  let indent: number | null = null;
  for (const line of lines.slice(begin + 1)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const { column, rest } = row(line);
    if (column === 0) break;
    indent ??= column;
    const key = column === indent ? keyOf(rest) : null;
    if (key !== null) nodes.push(key);
  }
  return nodes;
}

/** What can be written here, by the schema; where a node is wanted, the nodes of the file. */
export function proposals(text: string, spot: Spot, schemas: Schemas): Proposal[] {
  const root = schemas[kindOf(text)];
  if (!root) return [];
  if (spot.key === null) {
    const found = new Map<string, Proposal>();
    for (const schema of schemasAt(root, spot.path)) {
      for (const [label, field] of Object.entries(schema.properties ?? {})) {
        const info = open(root, field).find((s) => s.description)?.description ?? null;
        found.set(label, { label, info, apply: `${label}: `, kind: 'key' });
      }
    }
    return [...found.values()];
  }
  const values = schemasAt(root, [...spot.path, spot.key]);
  const words = new Set(values.flatMap((s) => s.enum ?? []).map(String));
  const all: Proposal[] = [...words].map((label) => ({
    label,
    info: null,
    apply: label,
    kind: 'value',
  }));
  const leads = values.some((s) => /\bnode\b/.test(s.description ?? '')) && spot.key !== 'nodes';
  if (leads) {
    const node = (label: string): Proposal => ({ label, info: null, apply: label, kind: 'node' });
    all.push(...nodesOf(text).map(node));
    if (spot.key !== 'start') all.push(...['human', 'back', 'repeat'].map(node));
  }
  return all;
}
