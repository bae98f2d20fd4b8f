import { describe, expect, it } from 'vitest';
import { apply, heard, hungUp, IDLE, type Line, pressed, speaks, type Trying } from './state';

const prompt = (words: string, length_ms: number) => ({
  name: words.toLowerCase(),
  words,
  language: 'en',
  length_ms,
});

function words(lines: readonly Line[]): string[] {
  return lines.map((l) =>
    l.kind === 'said'
      ? l.prompts.map((p) => p.words).join(' ') + (l.cut === null ? '' : ' –')
      : l.kind === 'key'
        ? `[${l.key}${l.unknown ? '?' : ''}]`
        : `(${l.what.kind})`,
  );
}

const step = (node: string, what: object) => ({ at: { secs: 0, nanos: 0 }, node, what });

function greeted(): Trying {
  const answered = apply(apply(IDLE, 'begun', { contact: 'C1' }, 0), 'answered', {}, 0);
  return apply(
    answered,
    'playing',
    { prompts: [prompt('Welcome.', 1000), prompt('For billing press 1.', 2000)], repeat: false },
    0,
  );
}

describe('what is heard', () => {
  it('is shown when it begins, not before', () => {
    const trying = greeted();
    expect(words(heard(trying, 500))).toEqual(['Welcome.']);
    expect(words(heard(trying, 1000))).toEqual(['Welcome. For billing press 1.']);
    expect(speaks(trying, 2999)).toBe(true);
    expect(speaks(trying, 3000)).toBe(false);
  });

  it('is cut by a key, and what had not begun was never heard', () => {
    let trying = pressed(greeted(), '2', 700);
    trying = apply(trying, 'stopped', {}, 720);
    expect(words(heard(trying, 5000))).toEqual(['Welcome. –', '[2]']);
    expect(speaks(trying, 721)).toBe(false);
  });

  it('stays whole when it was over before the next began', () => {
    const next = { prompts: [prompt('Please choose.', 500)], repeat: false };
    const trying = apply(greeted(), 'playing', next, 3100);
    expect(words(heard(trying, 3200))).toEqual(['Welcome. For billing press 1.', 'Please choose.']);
  });

  it('plays music until something else comes', () => {
    const music = { prompts: [{ ...prompt('', 9000), words: null }], repeat: true };
    const trying = apply(IDLE, 'playing', music, 0);
    expect(speaks(trying, 1_000_000)).toBe(true);
    expect(speaks(hungUp(trying, 2_000_000), 2_000_001)).toBe(false);
  });

  it('marks the key that means nothing there', () => {
    let trying = pressed(pressed(greeted(), '7', 100), '8', 200);
    trying = apply(trying, 'step', step('welcome', { kind: 'wrong', key: '7' }), 210);
    expect(words(trying.lines).slice(1)).toEqual(['[7?]', '[8]']);
  });
});

describe('the way to a person', () => {
  it('goes over the graph to the people, with place, wait and name', () => {
    let trying = apply(
      greeted(),
      'step',
      step('welcome', { kind: 'entered', label: 'Welcome' }),
      5,
    );
    expect([trying.node, trying.people, trying.stage]).toEqual(['welcome', false, 'menu']);
    trying = apply(trying, 'queued', { queue: 'support', reason: { kind: 'asked' } }, 900);
    trying = apply(trying, 'place', { position: 2, low_s: 60, high_s: 180 }, 910);
    expect([trying.stage, trying.people, trying.waits]).toEqual(['waiting', true, 900]);
    expect(trying.place).toEqual({ position: 2, low: 60, high: 180 });
    // The same place told again is no news.
    const again = apply(trying, 'place', { position: 2, low_s: 50, high_s: 180 }, 1500);
    expect(again.lines).toHaveLength(trying.lines.length);
    trying = apply(apply(trying, 'offered', {}, 2000), 'connected', { agent: 'Anna' }, 3000);
    expect([trying.stage, trying.agent, trying.place]).toEqual(['talking', 'Anna', null]);
    trying = apply(trying, 'ended', { verdict: 'agent_ended' }, 9000);
    expect([trying.stage, trying.verdict, trying.been]).toEqual([
      'over',
      'agent_ended',
      ['welcome'],
    ]);
  });

  it('is not upset by what it does not know', () => {
    expect(apply(IDLE, 'something', null, 0)).toEqual(IDLE);
  });
});

describe('a queue that can not keep them', () => {
  it('leads to a message, or to the question whether they want to be called back', () => {
    const waits = apply(greeted(), 'queued', { queue: 'support', reason: { reason: 'asked' } }, 0);
    const sent = (to: unknown) => apply(waits, 'overflowed', { cause: 'unstaffed', to }, 0).stage;
    expect(sent('message')).toBe('message');
    expect(sent('callback')).toBe('menu');
    expect(sent('outside')).toBe('waiting');
    expect(sent({ queue: 'sales' })).toBe('waiting');
  });
});
