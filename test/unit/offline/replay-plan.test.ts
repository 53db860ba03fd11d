import { describe, expect, it } from 'vitest';
import { parseCursor } from '../../../src/mailbox/cursor.js';
import type { Missed } from '../../../src/messaging/missed.store.js';
import {
  type ReplayPlan,
  beginningOf,
  coverageOf,
  covers,
  placeIn,
  remaining,
} from '../../../src/offline/replay-plan.js';
import { aReference } from '../../support/builders.js';

const missed = (conversationId: string, overrides: Partial<Missed> = {}): Missed => ({
  conversationId,
  afterSeq: 10,
  toSeq: 20,
  sinceRev: 30,
  rev: 40,
  visibleAfterSeq: 0,
  joinedRev: 1,
  isNew: false,
  isUpdated: false,
  ...overrides,
});
const plan = (overrides: Partial<ReplayPlan> = {}): ReplayPlan => ({
  userId: '200',
  mode: 'changes',
  sinceMs: 1_000,
  tail: { ms: 2_000, n: 3 },
  replayId: 'ab12',
  missed: [missed('9'), missed('10'), missed('100')],
  personal: [],
  broadcasts: [],
  ...overrides,
});

const placeAt = (conversationId: string, seq: number) => {
  const cursor = parseCursor(placeIn(plan(), conversationId, seq));
  if (cursor?.kind !== 'replay') throw new Error('no place in a replay');
  return cursor.at;
};

describe('what is left of a replay', () => {
  it('is everything at its beginning', () => {
    expect(remaining(plan().missed, placeAt('0', 0))).toEqual(plan().missed);
  });

  it('begins in the conversation where it stopped, after the message that was written last', () => {
    const left = remaining(plan().missed, placeAt('10', 15));
    expect(left.map(({ conversationId, afterSeq }) => [conversationId, afterSeq])).toEqual([
      ['10', 15],
      ['100', 10],
    ]);
  });

  it('never goes back behind what is missed', () => {
    expect(remaining(plan().missed, placeAt('10', 3))[0]?.afterSeq).toBe(10);
  });

  it('goes by the order of ids as numbers', () => {
    expect(remaining(plan().missed, placeAt('9', 20)).map(({ conversationId }) => conversationId)).toEqual([
      '9',
      '10',
      '100',
    ]);
    expect(remaining(plan().missed, placeAt('11', 0)).map(({ conversationId }) => conversationId)).toEqual([
      '100',
    ]);
  });
});

describe('the cursor of a replay', () => {
  it('is at first one from which all of it can be had', () => {
    expect(parseCursor(beginningOf(plan()))).toMatchObject({ kind: 'replay', at: { conversationId: '0' } });
  });

  it('is the tail where there is nothing to replay', () => {
    expect(beginningOf(plan({ missed: [] }))).toBe('2000-3');
  });
});

describe('what a replay has covered', () => {
  const covered = (mode: ReplayPlan['mode'] = 'changes') => {
    const found = coverageOf(plan({ mode })).get('10');
    if (!found) throw new Error('not covered');
    return found;
  };
  const change = (overrides: Parameters<typeof aReference>[0]) =>
    aReference({ conversationId: '10', rev: 35, seq: 15, subject: '201', ...overrides });

  it('are the changes after its first rev, up to its last', () => {
    const revs = [30, 31, 40, 41].map((rev) => covers(covered(), change({ type: 'message.updated', rev })));
    expect(revs).toEqual([false, true, true, false]);
  });

  it('are never events without a number', () => {
    expect(covers(covered(), change({ type: 'receipt.read', rev: 0 }))).toBe(false);
  });

  it('are, of the pool, new messages alone', () => {
    expect(covers(covered('pool'), change({}))).toBe(true);
    expect(covers(covered('pool'), change({ type: 'message.updated' }))).toBe(false);
  });

  it('are, of the pool, not my own messages: it does not bring them', () => {
    expect(covers(covered('pool'), change({ subject: '200' }))).toBe(false);
    expect(covers(covered(), change({ subject: '200' }))).toBe(true);
  });

  it('are, of the pool, not messages that another device has acknowledged meanwhile', () => {
    expect(covers(covered('pool'), change({ seq: 10 }))).toBe(false);
    expect(covers(covered('pool'), change({ seq: 11 }))).toBe(true);
  });

  it('hold no conversation of which nothing was missed', () => {
    expect(coverageOf(plan()).has('11')).toBe(false);
  });
});
