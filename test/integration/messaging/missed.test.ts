import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Member } from '../../../src/ledger/member.entity.js';
import { MissedMessages } from '../../../src/messaging/missed-messages.js';
import { anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

const HOUR_AGO = Date.now() - 3_600_000;
const at = (seconds: number) => new Date(HOUR_AGO + seconds * 1000);

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let missed: MissedMessages;
let me: string;
let other: string;

beforeAll(async () => {
  database = await createDatabase('missed');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  missed = node.app.get(MissedMessages);
});

beforeEach(() => {
  [me, other] = [anId(), anId()];
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** A conversation of mine, made at second 0, with others' messages at the given seconds. */
async function conversationWith(seconds: readonly number[], sender = other): Promise<string> {
  const { id } = await storeConversation(dataSource, [me, other], { at: at(0) });
  if (seconds.length > 0)
    await storeMessages(
      dataSource,
      id,
      seconds.map((second) => ({ senderId: sender, createdAt: at(second) })),
    );
  return id;
}

const mark = (id: string, marks: Partial<Member>) =>
  dataSource.manager.update(Member, { conversationId: id, userId: me }, marks);

const seqsOf = async (id: string, after: number, limit = 100) => {
  const [one] = (await missed.undelivered(me)).filter(({ conversationId }) => conversationId === id);
  return one ? (await missed.createdByOthers(one, me, after, limit)).map(({ seq }) => seq) : [];
};

describe('what was missed since a time', () => {
  it('is, per conversation, what came at that time or later', async () => {
    const id = await conversationWith([10, 20, 20, 30]);
    const afterSeqAt = async (second: number) => (await missed.since(me, at(second)))[0]?.afterSeq;
    expect(await afterSeqAt(5)).toBe(0);
    expect(await afterSeqAt(10)).toBe(0);
    expect(await afterSeqAt(11)).toBe(1);
    expect(await afterSeqAt(20)).toBe(1);
    expect(await afterSeqAt(30)).toBe(3);
    expect(await missed.since(me, at(31))).toEqual([]);
    expect((await missed.since(me, at(11)))[0]).toEqual({
      conversationId: id,
      afterSeq: 1,
      toSeq: 4,
      sinceRev: 2,
      rev: 5,
      visibleAfterSeq: 0,
      joinedRev: 1,
      isNew: false,
      isUpdated: false,
    });
  });

  it('since the beginning is all there is', async () => {
    await conversationWith([10, 20]);
    expect(await missed.since(me, new Date(0))).toMatchObject([
      { afterSeq: 0, toSeq: 2, sinceRev: 0, isNew: true },
    ]);
  });

  it('holds conversations in which only older things changed', async () => {
    const id = await conversationWith([10, 20]);
    await dataSource.query('UPDATE messages SET rev = 9, editedAt = ? WHERE conversationId = ? AND seq = 1', [
      at(40),
      id,
    ]);
    await dataSource.query('UPDATE conversation_heads SET rev = 9, changedAt = ? WHERE conversationId = ?', [
      at(40),
      id,
    ]);
    const [one] = await missed.since(me, at(30));
    expect(one).toMatchObject({ afterSeq: 2, toSeq: 2, sinceRev: 3, rev: 9 });
    expect(await missed.created(one!, one!.afterSeq, 10)).toEqual([]);
    expect((await missed.changed(one!, one!.sinceRev, 10)).map(({ seq, rev }) => [seq, rev])).toEqual([
      [1, 9],
    ]);
  });

  it('tells a conversation that I was added to meanwhile', async () => {
    const id = await conversationWith([10, 20]);
    await mark(id, { joinedRev: 3 });
    expect((await missed.since(me, at(15)))[0]?.isNew).toBe(true);
    expect((await missed.since(me, at(20)))[0]?.isNew).toBe(true);
    await mark(id, { joinedRev: 2 });
    expect((await missed.since(me, at(15)))[0]?.isNew).toBe(false);
  });

  it('holds an empty new conversation, and of one that I have left its end alone, if that was missed', async () => {
    const [empty, left] = [await conversationWith([]), await conversationWith([10, 15, 30])];
    await mark(left, { removedAt: at(20), rev: 4 });
    expect(await missed.since(me, at(0))).toMatchObject([
      { conversationId: empty },
      { conversationId: left, end: 'member.removed', afterSeq: 0, toSeq: 0, rev: 4, isNew: false },
    ]);
    expect(await missed.since(me, at(21))).toEqual([]);
  });

  it('comes in the order of ids', async () => {
    for (let i = 0; i < 12; i += 1) await conversationWith([10]);
    const ids = (await missed.since(me, at(1))).map(({ conversationId }) => BigInt(conversationId));
    expect(ids).toHaveLength(12);
    expect(ids).toEqual(ids.toSorted((a, b) => Number(a - b)));
  });

  it('is read a page at a time, never beyond what was there at the time of asking', async () => {
    const id = await conversationWith([10, 20, 30, 40]);
    const [one] = await missed.since(me, at(15));
    await storeMessages(dataSource, id, [{ senderId: other, createdAt: at(50) }]);
    expect((await missed.created(one!, 1, 2)).map(({ seq }) => seq)).toEqual([2, 3]);
    expect((await missed.created(one!, 3, 2)).map(({ seq }) => seq)).toEqual([4]);
  });
});

describe('what no device has acknowledged', () => {
  it('is others’ messages after what was read or delivered, whichever is farther', async () => {
    const id = await conversationWith([10, 20, 30, 40]);
    expect(await seqsOf(id, 0)).toEqual([1, 2, 3, 4]);
    await mark(id, { readSeq: 1, deliveredSeq: 2 });
    expect((await missed.undelivered(me))[0]).toMatchObject({ afterSeq: 2, toSeq: 4, sinceRev: 0, rev: 5 });
    await mark(id, { readSeq: 3 });
    expect((await missed.undelivered(me))[0]).toMatchObject({ afterSeq: 3 });
    await mark(id, { deliveredSeq: 4 });
    expect(await missed.undelivered(me)).toEqual([]);
  });

  it('is nothing where only my own messages are left', async () => {
    const id = await conversationWith([10]);
    await mark(id, { deliveredSeq: 1 });
    await storeMessages(dataSource, id, [{ senderId: me, createdAt: at(20) }]);
    expect(await missed.undelivered(me)).toEqual([]);
    await storeMessages(dataSource, id, [{ senderId: other, createdAt: at(30) }]);
    expect(await seqsOf(id, 1)).toEqual([3]);
  });

  it('is nothing of a conversation that I have left', async () => {
    await mark(await conversationWith([10]), { removedAt: at(20) });
    expect(await missed.undelivered(me)).toEqual([]);
  });

  it('begins at the time of the oldest of them, in whichever conversation', async () => {
    expect(await missed.oldestUndelivered(me)).toBeUndefined();
    const id = await conversationWith([10, 20, 30]);
    await conversationWith([25]);
    await mark(id, { deliveredSeq: 1 });
    expect(await missed.oldestUndelivered(me)).toEqual(at(20));
    await mark(id, { deliveredSeq: 3 });
    expect(await missed.oldestUndelivered(me)).toEqual(at(25));
  });
});
