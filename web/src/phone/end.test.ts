import { describe, expect, it } from 'vitest';
import { endOf, isBroken } from './end';

/** An end as JsSIP tells it. */
const told = (cause: string, message?: object) =>
  endOf({ cause, message, originator: 'remote' } as unknown as Parameters<typeof endOf>[0]);

describe('the end of a call', () => {
  it('is what the server says, where it says something', () => {
    const full = { status_code: 503, getHeader: () => '7' };
    expect(told('SIP Failure Code', full)).toEqual({ why: 'full', again: 7 });
    const bare = { status_code: 503, getHeader: () => undefined };
    expect(told('SIP Failure Code', bare)).toEqual({ why: 'full', again: null });
    expect(told('Unavailable', { status_code: 408 })).toEqual({ why: 'refused', status: 408 });
  });

  it('is over when somebody hung up: a BYE has no status', () => {
    expect(told('Terminated', {})).toEqual({ why: 'over' });
    expect(told('Canceled')).toEqual({ why: 'over' });
    expect(isBroken(told('Terminated', {}))).toBe(false);
  });

  it('is broken when nobody meant it', () => {
    const ends = ['Connection Error', 'Request Timeout', 'RTP Timeout', 'Dialog Error'].map((c) =>
      told(c),
    );
    expect(ends.map((e) => e.why)).toEqual(['unreachable', 'unreachable', 'voice', 'broken']);
    expect(ends.every(isBroken)).toBe(true);
    expect(isBroken(told('Rejected', { status_code: 603 }))).toBe(false);
  });
});
