import { expect, it } from 'vitest';
import { Departures } from '../../../src/transport/departures.js';
import { aReference } from '../../support/builders.js';

const me = '200';
const receipt = aReference({ type: 'receipt.read', rev: 0 });
const removal = aReference({ type: 'member.removed', rev: 7, seq: 0, subject: me });

it('admits everything of a conversation up to my removal, and nothing after it', () => {
  const departures = new Departures(me);
  const admitted = [receipt, removal, receipt, aReference({ rev: 8 })].map((each) => departures.admits(each));
  expect(admitted).toEqual([true, true, false, false]);
});

it('admits what comes after the removal of somebody else, and of other conversations', () => {
  const departures = new Departures(me);
  departures.admits({ ...removal, subject: '201' });
  expect(departures.admits(receipt)).toBe(true);
  departures.admits(removal);
  expect(departures.admits({ ...receipt, conversationId: '101' })).toBe(true);
});

it('admits everything again once I am back', () => {
  const departures = new Departures(me);
  departures.admits(removal);
  expect(departures.admits(aReference({ type: 'conversation.created', rev: 9, seq: 0 }))).toBe(true);
  expect(departures.admits(receipt)).toBe(true);
});

it('admits the end of a conversation as often as it is read, and nothing after it', () => {
  const departures = new Departures(me);
  for (const type of ['member.removed', 'conversation.deleted'] as const) {
    const end = aReference({ type, rev: 7, seq: 0, subject: me });
    expect([end, end, receipt].map((each) => departures.admits(each))).toEqual([true, true, false]);
  }
});

it('shows nothing live after a message that was hidden, until I am back', () => {
  const departures = new Departures(me);
  const created = aReference({ type: 'conversation.created', rev: 9, seq: 0 });
  departures.noteRead(aReference({ rev: 5, seq: 5 }), false);
  expect([aReference({ rev: 6, seq: 6 }), removal].map((each) => departures.admits(each))).toEqual([
    false,
    true,
  ]);
  departures.noteRead(created, true);
  expect(departures.admits(aReference({ rev: 10, seq: 7 }))).toBe(true);
});

it('shows live after a message of a former membership what is of the present one, and nothing else', () => {
  const departures = new Departures(me);
  departures.noteRead(aReference({ rev: 5, seq: 5 }), false, 9);
  const later = [aReference({ rev: 6, seq: 6 }), receipt, aReference({ rev: 10, seq: 7 })];
  expect(later.map((each) => departures.admits(each))).toEqual([false, true, true]);
  expect(departures.hasLeft(removal.conversationId)).toBe(false);
});

it('shows what comes after a message that was there when it was read', () => {
  const departures = new Departures(me);
  departures.noteRead(aReference({ rev: 5, seq: 5 }), true);
  departures.noteRead(receipt, false);
  expect(departures.admits(aReference({ rev: 6, seq: 6 }))).toBe(true);
});
