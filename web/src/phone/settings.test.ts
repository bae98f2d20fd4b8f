import { describe, expect, it } from 'vitest';
import { refusalOf } from './microphone';
import { readSettings, UNSET } from './settings';

describe('what was chosen about the phone', () => {
  it('is nothing at first: the phone on the table, and it rings', () => {
    expect(readSettings(null)).toEqual(UNSET);
    expect(readSettings('{"where":')).toEqual(UNSET);
    expect(readSettings('7')).toEqual(UNSET);
    expect(readSettings('{"where":"moon","microphone":5}')).toEqual(UNSET);
  });

  it('is read as it was kept', () => {
    const chosen = { where: 'page', microphone: 'a', speaker: null, ringer: 'b', rings: false };
    expect(readSettings(JSON.stringify(chosen))).toEqual(chosen);
  });
});

describe('a microphone that is not given out', () => {
  it('is told apart, for there is something else to do each time', () => {
    const named = (name: string) => Object.assign(new Error('no'), { name });
    expect(refusalOf(named('NotAllowedError'))).toBe('refused');
    expect(refusalOf(named('NotReadableError'))).toBe('busy');
    expect(refusalOf(named('NotFoundError'))).toBe('missing');
    expect(refusalOf('whatever')).toBe('missing');
  });
});
