import { expect, it } from 'vitest';
import { type Column, csvOf } from './csv';

interface Row {
  name: string;
  share: number | null;
  wait: number;
}

const columns: Column<Row>[] = [
  { head: 'Name', kind: 'text', of: (r) => r.name },
  { head: 'Level, today', kind: 'share', of: (r) => r.share },
  { head: 'Wait', kind: 'time', of: (r) => r.wait },
];

it('writes what is shown, unrounded, with units, and nothing that a spreadsheet would run', () => {
  const rows = [
    { name: '=1+1', share: 0.66666, wait: 47_500 },
    { name: 'a "b", c', share: null, wait: -0 },
    { name: '-5', share: 1, wait: 0 },
    { name: '-x', share: 0, wait: 0 },
    { name: '\t=1+1', share: 0, wait: 0 },
  ];
  expect(csvOf(columns, rows).split('\r\n')).toEqual([
    'Name,"Level, today",Wait (s)',
    "'=1+1,0.6667,47.5",
    '"a ""b"", c",,0',
    '-5,1,0',
    "'-x,0,0",
    "'\t=1+1,0,0",
    '',
  ]);
});
