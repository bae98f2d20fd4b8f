import type { Schemas } from '../../../api/client';

export type MenuFile = Schemas['MenuFile'];

/** The files of the folder, and what stands for all of them. */
export interface Files {
  files: MenuFile[];
  fixed: string | null;
  tag: string;
}

/** What is written of them in this tab, over what was there then. */
export interface Draft {
  tag: string;
  files: MenuFile[];
}

export function same(a: readonly MenuFile[], b: readonly MenuFile[]): boolean {
  return a.length === b.length && changes(a, b).length === 0;
}

/** One file that is other than before. */
export interface Change {
  file: string;
  before: string | null;
  after: string | null;
}

/** What is different, by file. */
export function changes(before: readonly MenuFile[], after: readonly MenuFile[]): Change[] {
  const names = new Set([...before, ...after].map((f) => f.file));
  const text = (files: readonly MenuFile[], name: string) =>
    files.find((f) => f.file === name)?.text ?? null;
  return [...names]
    .sort()
    .map((file) => ({ file, before: text(before, file), after: text(after, file) }))
    .filter((c) => c.before !== c.after);
}

/** With this text in this file. */
export function written(files: readonly MenuFile[], file: string, text: string): MenuFile[] {
  const others = files.filter((f) => f.file !== file);
  return [...others, { file, text }].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A draft as it was kept in this tab; what does not read is none. */
export function read(kept: string): Draft | null {
  try {
    const draft = JSON.parse(kept) as Draft;
    return Array.isArray(draft.files) && typeof draft.tag === 'string' ? draft : null;
  } catch {
    return null;
  }
}

/** Whether a new file may have this name. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}\.ya?ml$/.test(name);
}
