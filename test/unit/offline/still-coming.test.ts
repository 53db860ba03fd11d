import { expect, it } from 'vitest';
import type { Planned } from '../../../src/offline/replay-plan.js';
import { withoutComing } from '../../../src/offline/still-coming.js';
import { aReference } from '../../support/builders.js';

const missed: Planned = {
  conversationId: '10',
  afterSeq: 10,
  toSeq: 15,
  sinceRev: 30,
  rev: 40,
  visibleAfterSeq: 0,
  joinedRev: 1,
  isNew: false,
  isUpdated: false,
};
const message = (seq: number, rev: number) =>
  aReference({ type: 'message.created', conversationId: '10', seq, rev, subject: '201' });

it('what is missed ends before the first message that still comes', () => {
  const ended = { ...missed, toSeq: 13, comingFromRev: 38 };
  expect(withoutComing(missed, [message(14, 38), message(15, 40)], 'changes')).toEqual(ended);
  expect(withoutComing(missed, [message(14, 38), message(15, 40)], 'pool')).toEqual(ended);
});

it('of the pool nothing is left where all of it comes', () => {
  const all = [11, 12, 13, 14, 15].map((seq) => message(seq, seq + 25));
  expect(withoutComing(missed, all, 'pool')).toBeUndefined();
  expect(withoutComing(missed, all, 'changes')).toMatchObject({ toSeq: 10, comingFromRev: 36 });
});

it('all is left where some comes again and what follows it does not', () => {
  expect(withoutComing(missed, [message(13, 37)], 'changes')).toBe(missed);
  expect(withoutComing(missed, [message(13, 37), message(15, 40)], 'pool')).toBe(missed);
});

it('what was committed later, and what was missed by nobody, changes nothing', () => {
  expect(withoutComing(missed, [message(16, 41)], 'changes')).toBe(missed);
  expect(withoutComing(missed, [message(9, 29)], 'changes')).toBe(missed);
});

it('how a membership has ended, or has begun since, stays whole', () => {
  const [ended, begun] = [
    { ...missed, end: 'member.removed' as const },
    { ...missed, isNew: true, joinedRev: 39 },
  ];
  for (const one of [ended, begun]) expect(withoutComing(one, [message(15, 38)], 'changes')).toBe(one);
});
