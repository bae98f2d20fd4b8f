import { describe, expect, it } from 'vitest';
import {
  apply,
  type CallNow,
  type Card,
  callOf,
  EMPTY,
  type Picture,
  reconcile,
  waiting,
} from './picture';

const call = (contact: string, more: Partial<CallNow> = {}): CallNow => ({
  contact,
  line: 'main',
  caller: '…77',
  stage: 'waiting',
  node: null,
  queue: 'support',
  agents: [],
  others: [],
  started: '2026-11-29T20:00:00Z',
  since: '2026-11-29T20:00:05Z',
  waiting_since: '2026-11-29T20:00:05Z',
  ...more,
});

const card = (contact: string): Card => ({
  contact,
  line: 'main',
  language: 'en',
  caller: '+4530901820',
  started: '2026-11-29T20:00:00Z',
  queue: 'support',
  reason: { kind: 'asked' },
  waited_s: 4,
  subject: 'Billing',
  path: [],
  steps_forgotten: 0,
  entries: {},
  failures: [],
});

const agent = (state: string) => ({
  agent: 'anna',
  name: 'Anna',
  state,
  since: '2026-11-29T20:00:09Z',
});

function drawn(events: [string, unknown][], from: Picture = EMPTY): Picture {
  return events.reduce((p, [kind, data]) => apply(p, kind, data, 'anna'), from);
}

describe('the picture', () => {
  it('shows the card from before the ring until the talk is over', () => {
    const ringing = drawn([
      ['contact.queued', { ...call('c1'), reason: { kind: 'asked' } }],
      ['card', card('c1')],
      ['agent', agent('offered')],
      [
        'contact.offered',
        call('c1', { stage: 'offered', agents: ['anna'], reason: { kind: 'asked' } }),
      ],
    ]);
    expect(ringing.card?.subject).toBe('Billing');
    expect(callOf(ringing, 'anna')?.reason?.kind).toBe('asked');
    const talking = drawn(
      [
        [
          'contact.connected',
          call('c1', { stage: 'talking', agents: ['anna'], waiting_since: null }),
        ],
        ['agent', agent('talking')],
      ],
      ringing,
    );
    expect(talking.card?.contact).toBe('c1');
    const over = drawn(
      [
        ['contact.ended', call('c1', { stage: 'talking', agents: ['anna'] })],
        ['agent', agent('wrap_up')],
      ],
      talking,
    );
    expect([over.card, over.last, Object.keys(over.calls)]).toEqual([null, 'c1', []]);
  });

  it('puts the card away when the caller is gone and the agent talks on with a colleague', () => {
    const asking = drawn([
      ['card', card('c1')],
      ['agent', agent('offered')],
      ['agent', agent('talking')],
      ['contact.ended', call('c1', { stage: 'talking', agents: ['anna'] })],
      ['agent', agent('engaged')],
    ]);
    expect([asking.card, asking.last]).toEqual([null, 'c1']);
  });

  it('puts the card away when the offer was not taken', () => {
    const missed = drawn([
      ['card', card('c1')],
      ['contact.offered', call('c1', { stage: 'offered', agents: ['anna'] })],
      ['contact.missed', call('c1')],
    ]);
    expect(missed.card).toBeNull();
    expect(
      drawn([
        ['card', card('c1')],
        ['agent', agent('missed')],
      ]).card,
    ).toBeNull();
  });

  it('keeps the card over a new picture while the call is ours, and no longer', () => {
    const ringing = drawn([['card', card('c1')]]);
    const whole = (calls: CallNow[]) => ({ agents: [agent('talking')], queues: [], calls });
    const mine = call('c1', { stage: 'talking', agents: ['anna'] });
    expect(drawn([['picture', whole([mine])]], ringing).card?.contact).toBe('c1');
    expect(drawn([['picture', whole([])]], ringing).card).toBeNull();
  });

  it('lists who waits longest first', () => {
    const picture = drawn([
      ['contact.queued', call('late', { waiting_since: '2026-11-29T20:03:00Z' })],
      ['contact.queued', call('first', { waiting_since: '2026-11-29T20:01:00Z' })],
      ['contact.connected', call('talks', { stage: 'talking', waiting_since: null })],
    ]);
    expect(waiting(picture).map((c) => c.contact)).toEqual(['first', 'late']);
  });

  it('drops calls that the server does not list, unless they are newer than the list', () => {
    const picture = drawn([
      ['contact.queued', call('gone')],
      ['contact.queued', call('new')],
      ['contact.queued', call('there')],
    ]);
    const changed = new Map([
      ['gone', 1],
      ['new', 9],
      ['there', 1],
    ]);
    const kept = reconcile(picture, [call('there')], changed, 5);
    expect(Object.keys(kept.calls).sort()).toEqual(['new', 'there']);
    expect(reconcile(kept, [call('there'), call('new')], changed, 5)).toBe(kept);
  });

  it('counts what was stored, whatever it looks like', () => {
    expect(
      drawn([
        ['task.created', { task: 7 }],
        ['message.stored', call('c1')],
      ]).stored,
    ).toBe(2);
    expect(
      drawn([
        ['something.new', { a: 1 }],
        ['odd', null],
      ]),
    ).toEqual(EMPTY);
  });
});
