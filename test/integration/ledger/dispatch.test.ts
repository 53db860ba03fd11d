import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommittedBatch, Dispatcher } from '../../../src/ledger/dispatcher.js';
import { OutboxStore } from '../../../src/ledger/outbox.store.js';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import type { Position } from '../../../src/mailbox/cursor.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { aDraft, anId } from '../../support/builders.js';
import { Listener } from '../../support/listener.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type StoredConversation, storeConversation } from '../../support/stored-conversation.js';

const WITHIN = { timeout: 8_000, interval: 25 };
const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

let database: TestDatabase;
let nodes: TestNode[];
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('dispatch');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  nodes = [await startNode(shared), await startNode(shared)];
  dataSource = nodes[0]!.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

const mailboxOf = (node: number) => nodes[node]!.app.get(MailboxService);
const dispatcherOf = (node: number) => nodes[node]!.app.get(Dispatcher);

const post = ({ id, members }: StoredConversation, node = 0, sender = 0) =>
  nodes[node]!.app.get(LedgerService).post(aDraft({ conversationId: id, senderId: members[sender]! }));

/** The seqs that stand in a user's mailbox, in its order. */
async function seqsIn(userId: string, after: Position): Promise<number[]> {
  const page = await mailboxOf(1).read(userId, after, 1_000);
  if (page.kind === 'gap') throw new Error(page.why);
  return page.entries.flatMap(({ reference }) => reference?.seq ?? []);
}

const outboxIsEmpty = () => expect.poll(() => dataSource.query('SELECT id FROM outbox'), WITHIN).toEqual([]);

/** Like a node that dies, or stands still, between its commits and their delivery. */
async function withoutDelivery(
  node: number,
  work: () => Promise<unknown>,
  waiting: CommittedBatch[] = [],
): Promise<void> {
  const dispatcher = dispatcherOf(node);
  const { dispatch } = dispatcher;
  dispatcher.dispatch = (batch) => void waiting.push(batch);
  await work();
  dispatcher.dispatch = dispatch.bind(dispatcher);
}

describe('what two nodes commit at once', () => {
  it('stands in every mailbox once, in order, and wakes whoever follows in the same order', async () => {
    const conversation = await storeConversation(dataSource, [anId(), anId(), anId()]);
    const [first = '', second = '', third = ''] = conversation.members;
    const starts = await Promise.all([first, second, third].map((user) => mailboxOf(0).open(user)));
    const followers = [new Listener(first), new Listener(second)];
    await mailboxOf(0).attach(followers[0]!.connection);
    await mailboxOf(1).attach(followers[1]!.connection);
    for (let round = 0; round < 20; round += 1)
      await Promise.all(oneTo(10).map((i) => post(conversation, i % 2, i % 3)));
    await outboxIsEmpty();
    for (const [i, user] of [first, second, third].entries())
      expect(await seqsIn(user, starts[i]!)).toEqual(oneTo(200));
    for (const follower of followers) {
      await expect.poll(() => follower.wakeUps.length, WITHIN).toBe(200);
      expect(follower.wakeUps.map(({ reference }) => reference.seq)).toEqual(oneTo(200));
    }
  });
});

describe('what a node left that died after its commit', () => {
  it('is delivered by another within a few seconds, once, in order, whatever was sent meanwhile', async () => {
    const [conversation, other] = [await storeConversation(dataSource), await storeConversation(dataSource)];
    const user = conversation.members[1]!;
    const starts = [await mailboxOf(0).open(user), await mailboxOf(0).open(other.members[1]!)];
    await post(conversation);
    await withoutDelivery(0, async () => {
      await post(conversation);
      await post(other);
      await post(conversation);
    });
    const began = performance.now();
    await outboxIsEmpty();
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await seqsIn(user, starts[0]!)).toEqual([1, 2, 3]);
    expect(await seqsIn(other.members[1]!, starts[1]!)).toEqual([1]);
  });

  it('is delivered at once by whoever has the next change of the conversation', async () => {
    const conversation = await storeConversation(dataSource);
    const follower = new Listener(conversation.members[1]!);
    const start = await mailboxOf(1).attach(follower.connection);
    await post(conversation);
    await withoutDelivery(0, async () => {
      await post(conversation);
      await post(conversation);
    });
    await post(conversation, 1);
    await dispatcherOf(1).settled();
    expect(await seqsIn(follower.userId, start)).toEqual([1, 2, 3, 4]);
    await expect.poll(() => follower.wakeUps.length, WITHIN).toBe(4);
    // What is at hand comes along; the rest the followers read for themselves.
    expect(follower.wakeUps.map(({ event }) => event !== undefined)).toEqual([true, false, false, true]);
  });

  it('comes also to who has left since, before what was sent later and is delivered directly', async () => {
    const conversation = await storeConversation(dataSource, [anId(), anId()]);
    const leaver = conversation.members[1]!;
    const start = await mailboxOf(0).open(leaver);
    await post(conversation);
    await dispatcherOf(0).settled();
    await withoutDelivery(0, () => post(conversation));
    const late: CommittedBatch[] = [];
    const { dispatch } = dispatcherOf(1);
    dispatcherOf(1).dispatch = (batch) => void late.push(batch);
    await post(conversation, 1);
    dispatcherOf(1).dispatch = dispatch.bind(dispatcherOf(1));
    await dataSource.query('UPDATE conversation_heads SET rev = 5, membersRev = 5 WHERE conversationId = ?', [
      conversation.id,
    ]);
    await dataSource.query(
      'UPDATE members SET removedAt = UTC_TIMESTAMP(3), rev = 5 WHERE conversationId = ? AND userId = ?',
      [conversation.id, leaver],
    );
    for (const batch of late) dispatcherOf(1).dispatch(batch);
    await dispatcherOf(1).settled();
    await outboxIsEmpty();
    expect(await seqsIn(leaver, start)).toEqual([1, 2, 3]);
  });

  it('comes also to who was removed and is back since, before what was sent later and is delivered directly', async () => {
    const conversation = await storeConversation(dataSource, [anId(), anId()]);
    const back = conversation.members[1]!;
    const start = await mailboxOf(0).open(back);
    await post(conversation);
    await dispatcherOf(0).settled();
    await withoutDelivery(0, () => post(conversation));
    const late: CommittedBatch[] = [];
    const { dispatch } = dispatcherOf(1);
    dispatcherOf(1).dispatch = (batch) => void late.push(batch);
    await post(conversation, 1);
    dispatcherOf(1).dispatch = dispatch.bind(dispatcherOf(1));
    await dataSource.query('UPDATE conversation_heads SET rev = 6, membersRev = 6 WHERE conversationId = ?', [
      conversation.id,
    ]);
    await dataSource.query(
      'UPDATE members SET joinedRev = 6, rev = 6 WHERE conversationId = ? AND userId = ?',
      [conversation.id, back],
    );
    for (const batch of late) dispatcherOf(1).dispatch(batch);
    await dispatcherOf(1).settled();
    await outboxIsEmpty();
    expect(await seqsIn(back, start)).toEqual([1, 2, 3]);
  });

  it('to a part of the shards is delivered to the others alone', async () => {
    const conversation = await storeConversation(dataSource, Array.from({ length: 8 }, anId));
    const starts = await Promise.all(conversation.members.map((user) => mailboxOf(0).open(user)));
    await post(conversation);
    await dispatcherOf(0).settled();
    await withoutDelivery(0, () => post(conversation));
    // The half of the members that the dead node reached: their shards know the change already.
    const reached = conversation.members.slice(0, 4);
    await mailboxOf(0).deliver({ committedMs: 0, latestMs: Number.MAX_SAFE_INTEGER }, [
      {
        conversationId: conversation.id,
        firstRev: 3,
        lastRev: 3,
        settledRev: 2,
        events: [
          {
            reference: {
              type: 'message.created',
              conversationId: conversation.id,
              rev: 3,
              seq: 2,
              subject: conversation.members[0]!,
            },
            recipients: conversation.members.filter((user) => sameShardAsAny(user, reached)),
            body: '',
          },
        ],
      },
    ]);
    await outboxIsEmpty();
    for (const [i, user] of conversation.members.entries())
      expect(await seqsIn(user, starts[i]!)).toEqual([1, 2]);
  });
});

describe('what has waited for long on the way', () => {
  it('goes by the outbox, without its events: everybody reads what they may see by now', async () => {
    const conversation = await storeConversation(dataSource);
    const follower = new Listener(conversation.members[1]!);
    const start = await mailboxOf(1).attach(follower.connection);
    await post(conversation);
    await dispatcherOf(0).settled();
    const waiting: CommittedBatch[] = [];
    await withoutDelivery(0, () => post(conversation), waiting);
    for (const batch of waiting) dispatcherOf(0).dispatch({ ...batch, madeAt: batch.madeAt - 5_000 });
    await expect.poll(() => seqsIn(follower.userId, start), WITHIN).toEqual([1, 2]);
    await expect.poll(() => follower.wakeUps.length, WITHIN).toBe(2);
    expect(follower.wakeUps.map(({ event }) => event !== undefined)).toEqual([true, false]);
    await outboxIsEmpty();
  });
});

describe('while Redis has lost its data', () => {
  it('sends are stored, and delivered when it is restored, in order', async () => {
    const conversation = await storeConversation(dataSource);
    const user = conversation.members[1]!;
    await mailboxOf(0).open(user);
    await post(conversation);
    await loseRedisData(nodes[0]!);
    const answers = await Promise.all(oneTo(10).map((i) => post(conversation, i % 2)));
    expect(answers.every(({ isNew }) => isNew)).toBe(true);
    await expect.poll(() => mailboxOf(1).open(user), WITHIN).toBeTruthy();
    const start = await mailboxOf(1).open(user);
    await post(conversation, 1);
    await outboxIsEmpty();
    const seqs = await seqsIn(user, start);
    expect(seqs.at(-1)).toBe(12);
    expect(seqs).toEqual(oneTo(12).slice(-seqs.length));
  });
});

it('a change whose transaction lasts counts as committed when it began: as late as a replay would look for it', async () => {
  const { id } = await storeConversation(dataSource);
  const outbox = nodes[0]!.app.get(OutboxStore);
  const now = outbox.databaseTime.bind(outbox);
  let lastedMs = 0;
  outbox.databaseTime = async (manager) => new Date((await now(manager)).getTime() + lastedMs);
  await withoutDelivery(0, () =>
    nodes[0]!.app.get(LedgerService).change(id, async (change) => {
      change.tell({
        type: 'conversation.updated',
        conversationId: id,
        rev: change.takeRev(),
        seq: 0,
        subject: '',
      });
      lastedMs = 20_000;
    }),
  );
  outbox.databaseTime = now;
  const [row] = await dataSource.query(
    `SELECT o.committedAt <= h.changedAt AS isInTime FROM outbox o, conversation_heads h
     WHERE h.conversationId = ? AND o.changes LIKE ?`,
    [id, `%,${id},%`],
  );
  expect(Number(row.isInTime)).toBe(1);
  await outboxIsEmpty();
});

describe('changes without a number', () => {
  it('reach all present members', async () => {
    const conversation = await storeConversation(dataSource);
    const user = conversation.members[1]!;
    const start = await mailboxOf(0).open(user);
    await nodes[0]!.app.get(LedgerService).record(async () => ({
      result: undefined,
      changes: [
        {
          type: 'receipt.read',
          conversationId: conversation.id,
          rev: 0,
          seq: 7,
          subject: conversation.members[0]!,
        },
      ],
    }));
    await expect.poll(() => seqsIn(user, start), WITHIN).toEqual([7]);
    await outboxIsEmpty();
  });
});

const sameShardAsAny = (user: string, others: readonly string[]): boolean =>
  others.some((other) => shardOf(other) === shardOf(user));
