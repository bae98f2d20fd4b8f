import { describe, expect, it } from 'vitest';
import { body, queueEntry, span } from './written';

describe('what is written in the forms of settings', () => {
  it('is sent where it has changed, and taken out where it is empty', () => {
    const parts = [
      { key: 'name', kind: 'text' },
      { key: 'skills', kind: 'list' },
      { key: 'supervisor', kind: 'flag' },
      { key: 'max_callers', kind: 'number' },
      { key: 'wrap_up', kind: 'text' },
    ] as const;
    const before = { name: 'Ann', skills: 'de', supervisor: 'false', wrap_up: '5s' };
    const now = { ...before, skills: 'de:3, en ,', supervisor: 'true', wrap_up: ' ' };
    expect(body(parts, before, now)).toEqual({
      skills: ['de:3', 'en'],
      supervisor: true,
      wrap_up: null,
    });
    expect(body(parts, before, { ...before, max_callers: '50' })).toEqual({ max_callers: 50 });
    // What does not fit is the server's to tell.
    expect(body(parts, before, { ...before, max_callers: 'many' })).toEqual({
      max_callers: 'many',
    });
    expect(body(parts, before, before)).toEqual({});
  });

  it('has times as the file has them', () => {
    expect([0, 500, 20_000, 90_000, 300_000, 7_200_000].map(span)).toEqual([
      '0s',
      '500ms',
      '20s',
      '90s',
      '5m',
      '2h',
    ]);
  });

  it('names the queues to which callers are sent on', () => {
    const queue = { overflow: ['sales', 'outside:+45', 'message'] } as Parameters<
      typeof queueEntry
    >[0];
    const of = { ...queue, wrap_up_codes: [], messages_to: [] };
    expect(queueEntry(of).values.overflow).toBe('queue:sales, outside:+45, message');
  });
});
