import { expect, it } from 'vitest';
import { changes, isName, read, same, written } from './files';

const a = { file: 'a.yaml', text: '1' };
const b = { file: 'b.yaml', text: '2' };

it('tells what is new, other and gone', () => {
  expect(
    changes(
      [a, b],
      [
        { ...a, text: '3' },
        { file: 'c.yaml', text: '4' },
      ],
    ),
  ).toEqual([
    { file: 'a.yaml', before: '1', after: '3' },
    { file: 'b.yaml', before: '2', after: null },
    { file: 'c.yaml', before: null, after: '4' },
  ]);
  expect(same([a, b], [b, a])).toBe(true);
  expect(same([a], [a, b])).toBe(false);
});

it('writes a file at its place', () => {
  expect(written([b], 'a.yaml', '1')).toEqual([a, b]);
  expect(written([a, b], 'b.yaml', '9')[1]?.text).toBe('9');
});

it('reads what this tab kept, and nothing else', () => {
  expect(read(JSON.stringify({ tag: 'x', files: [a] }))?.files).toEqual([a]);
  expect(read('')).toBeNull();
  expect(read('{"files":3}')).toBeNull();
});

it('knows names that the server takes', () => {
  expect(isName('night-line_2.yaml')).toBe(true);
  for (const wrong of ['', 'x', '../x.yaml', 'a b.yaml']) expect(isName(wrong), wrong).toBe(false);
});
