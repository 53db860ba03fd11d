import { describe, expect, it } from 'vitest';
import type { LedgerStore } from '../../../src/ledger/ledger.store.js';
import { MemberLists } from '../../../src/ledger/member-lists.js';
import { OutboxDeliveries } from '../../../src/ledger/outbox-deliveries.js';
import type { PendingBatch } from '../../../src/ledger/outbox.store.js';
import type { ConversationDelivery } from '../../../src/mailbox/delivery.js';
import type { Reference } from '../../../src/mailbox/reference.js';
import { aDelivery, aHead, aReference } from '../../support/builders.js';

/** Conversations 100 and 101 of the members 1 and 2; nothing else is asked of the store. */
const store = {
  findHeads: async (ids: string[]) =>
    ids.filter((id) => id < '102').map((conversationId) => aHead({ conversationId, rev: 50 })),
  currentMembers: async (ids: string[]) =>
    new Map(
      ids.map((id) => [
        id,
        ['1', '2'].map((userId) => ({
          userId,
          role: 'member',
          joinedRev: 1,
          visibleAfterSeq: 0,
          mutedUntil: null,
          blocked: 0,
        })),
      ]),
    ),
  // In 100 user 3 was there from rev 2 until rev 6, and did not see the first four messages; from 101 user 2 goes just
  // when the members have been read.
  findLeavers: async (since: ReadonlyMap<string, number>) =>
    [
      { conversationId: '100', userId: '3', rev: 6, joinedRev: 2, visibleAfterSeq: 4 },
      { conversationId: '101', userId: '2', rev: 51, joinedRev: 1, visibleAfterSeq: 0 },
    ].filter(({ conversationId }) => since.has(conversationId)),
} as unknown as LedgerStore;
const deliveries = new OutboxDeliveries(store, new MemberLists(store));

const aBatch = (id: string, changes: readonly Partial<Reference>[]): PendingBatch => ({
  id,
  committedAt: new Date(),
  personal: [],
  changes: changes.map((change) => aReference({ seq: change.rev ?? 1, ...change })),
});

const revsOf = ({ events }: ConversationDelivery) => events.map(({ reference }) => reference.rev);
const shapeOf = (delivery: ConversationDelivery) => ({
  id: delivery.conversationId,
  from: delivery.firstRev,
  to: delivery.lastRev,
  settled: delivery.settledRev,
  revs: revsOf(delivery),
});

describe('batches of the outbox', () => {
  it('become one delivery a conversation, in rev order, all below the first settled', async () => {
    const found = await deliveries.of([
      aBatch('1', [{ rev: 4 }, { conversationId: '101', rev: 9 }]),
      aBatch('2', [{ rev: 5 }, { rev: 6 }]),
    ]);
    expect(found.map(shapeOf)).toEqual([
      { id: '100', from: 4, to: 6, settled: 3, revs: [4, 5, 6] },
      { id: '101', from: 9, to: 9, settled: 8, revs: [9] },
    ]);
    expect(found[0]?.events[0]?.recipients).toEqual(['1', '2']);
  });

  it('go to those too who have left since, for as long as they were there, of messages that they saw', async () => {
    const [found] = await deliveries.of([
      aBatch('1', [{ rev: 4 }, { rev: 5, type: 'message.updated' }, { rev: 5, seq: 7 }, { rev: 6 }]),
    ]);
    expect(found?.events.map(({ recipients }) => recipients.includes('3'))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('go once to who leaves while the members are being read', async () => {
    const [found] = await deliveries.of([aBatch('1', [{ conversationId: '101', rev: 9 }])]);
    expect(found?.events.map(({ recipients }) => recipients)).toEqual([['1', '2']]);
  });

  it('carry no bodies: followers read the present state', async () => {
    const [found] = await deliveries.of([aBatch('1', [{ rev: 4 }])]);
    expect(found?.events.map(({ body }) => body)).toEqual(['']);
  });

  it('keep what is not numbered apart, unsettled', async () => {
    const receipt = { type: 'receipt.read', rev: 0, seq: 3 } as const;
    const found = await deliveries.of([aBatch('1', [receipt, { rev: 4 }, { ...receipt, seq: 4 }])]);
    expect(found.map(shapeOf)).toEqual([
      { id: '100', from: 4, to: 4, settled: 3, revs: [4] },
      { id: '100', from: 0, to: 0, settled: undefined, revs: [0, 0] },
    ]);
  });

  it('leave out conversations that are no more', async () => {
    expect(await deliveries.of([aBatch('1', [{ conversationId: '999', rev: 4 }])])).toEqual([]);
  });
});

describe('a refused delivery', () => {
  it('is preceded by what is pending of its conversation, and by nothing of others', async () => {
    const pending = [aBatch('1', [{ rev: 4 }, { conversationId: '101', rev: 9 }]), aBatch('2', [{ rev: 5 }])];
    const found = await deliveries.upTo(pending, [aDelivery('100', [6, 7], ['1', '2'])]);
    expect(found.map(shapeOf)).toEqual([{ id: '100', from: 4, to: 7, settled: 3, revs: [4, 5, 6, 7] }]);
  });

  it('is settled up to itself when nothing before it is pending', async () => {
    const found = await deliveries.upTo([], [aDelivery('100', [6, 7], ['1', '2'])]);
    expect(found.map(shapeOf)).toEqual([{ id: '100', from: 6, to: 7, settled: 5, revs: [6, 7] }]);
  });

  it('brings each change once, with its body where that is at hand', async () => {
    const own = aDelivery('100', [5, 6], ['1', '2']);
    const pending = [aBatch('1', [{ rev: 4 }]), aBatch('2', [{ rev: 5 }, { rev: 6 }])];
    const [found] = await deliveries.upTo(pending, [own]);
    expect(found?.events.map(({ reference, body }) => [reference.rev, body !== ''])).toEqual([
      [4, false],
      [5, true],
      [6, true],
    ]);
  });

  it('of two batches of one conversation is one delivery', async () => {
    const own = [aDelivery('100', [5, 5], ['1']), aDelivery('100', [6, 6], ['1'])];
    expect((await deliveries.upTo([aBatch('1', [{ rev: 4 }])], own)).map(shapeOf)).toEqual([
      { id: '100', from: 4, to: 6, settled: 3, revs: [4, 5, 6] },
    ]);
  });

  it('keeps several events of one rev, also when only some of them carry their body', async () => {
    const change = (subject: string, body: string) => ({
      reference: aReference({ type: 'member.added' as const, rev: 5, seq: 0, subject }),
      recipients: ['1', '2'],
      body,
    });
    const own: ConversationDelivery = {
      conversationId: '100',
      firstRev: 5,
      lastRev: 5,
      events: [change('1', 'one'), change('2', '')],
    };
    const pending = [
      aBatch('1', [
        { type: 'member.added', rev: 5, seq: 0, subject: '1' },
        { type: 'member.added', rev: 5, seq: 0, subject: '2' },
      ]),
    ];
    const [found] = await deliveries.upTo(pending, [own]);
    expect(found?.events.map(({ reference, body }) => [reference.subject, body])).toEqual([
      ['1', 'one'],
      ['2', ''],
    ]);
  });

  it('tells reactions of one rev apart by their emoji', async () => {
    const pending = [
      aBatch('1', [
        { type: 'reaction.removed', rev: 4, subject: '1', detail: '👍' },
        { type: 'reaction.removed', rev: 4, subject: '1', detail: '🎉' },
      ]),
    ];
    const [found] = await deliveries.upTo(pending, [aDelivery('100', [5, 5], ['1'])]);
    expect(found?.events.map(({ reference }) => reference.detail)).toEqual(['👍', '🎉', undefined]);
  });
});

it('what is of no conversation goes to the recipients that it names, and asks for no member list', async () => {
  const reference = aReference({ type: 'user.updated', conversationId: '', rev: 0, seq: 0 });
  const batch = { ...aBatch('1', []), personal: [{ reference, recipients: ['7', '8'] }] };
  const [delivery, ...others] = await deliveries.of([batch]);
  expect(others).toEqual([]);
  expect(delivery).toMatchObject({ conversationId: '', firstRev: 0, lastRev: 0 });
  expect(delivery?.events).toEqual([{ reference, recipients: ['7', '8'], body: '' }]);
});
