import { describe, expect, it } from 'vitest';
import { asProblem, Problem, problemOf } from './problem';

describe('problems', () => {
  it('are read from problem details', () => {
    const problem = problemOf(422, {
      type: 'urn:zeroline:wrong-fields',
      title: '1 mistake in what was sent',
      errors: [{ field: 'code', what: 'is none of the queue’s codes', remedy: 'write `solved`' }],
    });
    expect(problem.kind).toBe('wrong-fields');
    expect(problem.of('code')?.remedy).toBe('write `solved`');
    expect(problem.of('note')).toBeUndefined();
  });

  it('are told as such where a proxy answers in its own words', () => {
    expect(problemOf(502, '<html>Bad Gateway</html>').kind).toBe('unavailable');
    expect(problemOf(404, undefined).title).toBe('HTTP 404');
    expect(problemOf(400, { type: 'about:blank', errors: 'none' }).errors).toEqual([]);
  });

  it('are made of whatever was thrown', () => {
    const known = Problem.unreachable();
    expect(asProblem(known)).toBe(known);
    expect(asProblem(new TypeError('x')).kind).toBe('page');
  });
});
