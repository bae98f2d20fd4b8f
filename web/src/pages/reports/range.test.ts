import { describe, expect, it } from 'vitest';
import { byOf, bysOf, reportSearch, spanOf } from './range';

describe('the time of a report', () => {
  it('is asked for by the clock of the zone, not by that of the browser', () => {
    expect(spanOf({})).toEqual({});
    expect(spanOf({ range: 'yesterday' })).toEqual({ since: '1d', until: '0d' });
    expect(spanOf({ range: 'week' })).toEqual({ since: '7d' });
  });

  it('has the last day of own dates in it, over the end of a month and of daylight saving', () => {
    const own = { range: 'own' as const, from: '2026-10-25', to: '2026-10-31' };
    expect(spanOf(own)).toEqual({ since: '2026-10-25', until: '2026-11-01' });
    expect(spanOf({ ...own, to: '2026-10-25' })).toEqual({
      since: '2026-10-25',
      until: '2026-10-26',
    });
  });

  it('is none while own dates are not whole or the wrong way round', () => {
    expect(spanOf({ range: 'own' })).toBeNull();
    expect(spanOf({ range: 'own', from: '2026-10-25', to: '2026-10-24' })).toBeNull();
    expect(spanOf({ range: 'own', from: '2026-13-77', to: '2026-10-24' })).toBeNull();
  });
});

describe('intervals', () => {
  it('are not more than anybody reads', () => {
    expect(bysOf(1)).toEqual(['hour', 'day']);
    expect(bysOf(8)).toEqual(['hour', 'day', 'week']);
    expect(bysOf(31)).toEqual(['day', 'week', 'month']);
    expect(bysOf(2_000)).toEqual(['week', 'month']);
    expect(byOf({ range: 'month', by: 'hour' })).toBe('day');
    expect(byOf({ range: 'week', by: 'hour' })).toBe('hour');
  });
});

it('takes nothing from an address that it does not know', () => {
  expect(reportSearch({ range: 'century', by: 'hour', queue: 'sales', more: 'x' })).toEqual({
    by: 'hour',
    queue: 'sales',
  });
});
