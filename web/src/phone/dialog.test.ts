import { describe, expect, it } from 'vitest';
import { contactOf, readDialog, replaces } from './dialog';

const NOW = 1_000_000_000;
const DIALOG = {
  call: 'a@b',
  ours: 'x1',
  theirs: 'y2',
  contact: 'C',
  muted: false,
  at: NOW - 1000,
};

describe('the dialog that is kept', () => {
  it('is read again, and its tags are named from the server’s side', () => {
    const read = readDialog(JSON.stringify(DIALOG), NOW);
    expect(read).toEqual(DIALOG);
    expect(read && replaces(read)).toBe('Replaces: a@b;to-tag=y2;from-tag=x1');
  });

  it('is nothing when it is old, or was not written by us', () => {
    expect(readDialog(JSON.stringify({ ...DIALOG, at: NOW - 11 * 60_000 }), NOW)).toBeNull();
    expect(readDialog('{', NOW)).toBeNull();
    expect(readDialog(null, NOW)).toBeNull();
    expect(readDialog(JSON.stringify({ ...DIALOG, ours: 'a\r\nEvil: 1' }), NOW)).toBeNull();
  });
});

describe('the contact of a ring', () => {
  it('is in what the server says with it', () => {
    const hex = Buffer.from('{"c":"01JZ","w":3}').toString('hex');
    expect(contactOf(`${hex};encoding=hex;purpose=zeroline`)).toBe('01JZ');
    expect(contactOf('zz;encoding=hex')).toBeNull();
    expect(contactOf('7b;encoding=hex')).toBeNull();
    expect(contactOf(undefined)).toBeNull();
  });
});
