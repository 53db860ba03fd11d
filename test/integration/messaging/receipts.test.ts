import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, Logger } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutboxStore } from '../../../src/ledger/outbox.store.js';
import { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { ReceiptsService } from '../../../src/messaging/receipts/receipts.service.js';
import { ReceiptsStore } from '../../../src/messaging/receipts/receipts.store.js';
import { CommandsRedis } from '../../../src/platform/redis/redis.clients.js';
import { aPrincipal, anId } from '../../support/builders.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';

const prefix = uniquePrefix();
let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('receipts');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: prefix });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const receipts = () => node.app.get(ReceiptsService);
const members = (count: number) => Array.from({ length: count }, anId);

/** A group in which so many messages were sent. */
async function aStoredGroup(size: number, lastSeq: number) {
  const group = await storeConversation(dataSource, members(size));
  await dataSource.query('UPDATE conversation_heads SET lastSeq = ? WHERE conversationId = ?', [
    lastSeq,
    group.id,
  ]);
  return group;
}

async function delivered(): Promise<void> {
  const outbox = node.app.get(OutboxStore);
  await expect.poll(() => outbox.oldestIds(1), { timeout: 20_000, interval: 20 }).toEqual([]);
}

/** The statements that the work makes, transactions and what the node asks by itself left out. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const { logger } = dataSource;
  dataSource.logger = {
    logQuery: (query: string) => /members|receipt_times|INTO outbox/.test(query) && statements.push(query),
  } as Partial<Logger> as Logger;
  try {
    await work();
  } finally {
    dataSource.logger = logger;
  }
  return statements;
}

async function mailboxEntries(): Promise<number> {
  const redis = node.app.get(CommandsRedis);
  const keys = await redis.keys(`${prefix}{m*}:box:*`);
  const lengths = await Promise.all(keys.map((key) => redis.xlen(key)));
  return lengths.reduce((sum, length) => sum + length, 0);
}

describe('a thousand readers of one message in a group of a thousand', () => {
  it('cost a few transactions, a row and a mailbox entry each, and no event for the others', async () => {
    const group = await aStoredGroup(1_000, 1);
    const mailbox = node.app.get(MailboxService);
    await Promise.all(group.members.map((userId) => mailbox.open(userId)));
    const statements = await statementsOf(() =>
      Promise.all(group.members.map((userId) => receipts().markRead(aPrincipal(userId), group.id, 1))),
    );
    await delivered();
    const [{ rowCount }] = await dataSource.query(
      'SELECT COUNT(*) AS rowCount FROM receipt_times WHERE conversationId = ?',
      [group.id],
    );
    const [{ readers }] = await dataSource.query(
      'SELECT COUNT(*) AS readers FROM members WHERE conversationId = ? AND readSeq = 1 AND deliveredSeq = 1',
      [group.id],
    );
    expect([Number(readers), Number(rowCount), await mailboxEntries()]).toEqual([1_000, 1_000, 1_000]);
    expect(statements.length).toBeLessThan(60);
  });
});

describe('marks', () => {
  it('of many members and conversations at once rise each to its own, and never fall', async () => {
    const groups = await Promise.all([aStoredGroup(5, 50), aStoredGroup(5, 50)]);
    const wanted = groups.flatMap((group) =>
      group.members.map((userId, i) => ({ conversationId: group.id, userId, seq: 10 * (i + 1) })),
    );
    const mark = (by: number) =>
      Promise.all(
        wanted.map(({ conversationId, userId, seq }) =>
          receipts().markRead(aPrincipal(userId), conversationId, seq + by),
        ),
      );
    await mark(0);
    await mark(-5);
    const rows = await dataSource.query(
      'SELECT conversationId, userId, readSeq AS seq FROM members WHERE conversationId IN (?)',
      [groups.map(({ id }) => id)],
    );
    expect(rows).toHaveLength(10);
    expect(rows).toEqual(expect.arrayContaining(wanted));
  });

  it('that two nodes raise at once end at the farthest', async () => {
    const group = await aStoredGroup(50, 100);
    const other = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: prefix });
    const marks = group.members.flatMap((userId, i) => [
      node.app.get(ReceiptsService).markRead(aPrincipal(userId), group.id, i + 1),
      other.app.get(ReceiptsService).markRead(aPrincipal(userId), group.id, 50 - i),
    ]);
    await Promise.all(marks);
    const rows: { userId: string; readSeq: number }[] = await dataSource.query(
      'SELECT userId, readSeq FROM members WHERE conversationId = ?',
      [group.id],
    );
    const seqs = new Map(rows.map(({ userId, readSeq }) => [userId, readSeq]));
    expect(group.members.map((userId) => seqs.get(userId))).toEqual(
      group.members.map((_, i) => Math.max(i + 1, 50 - i)),
    );
    await other.stop();
  });

  it('of a stranger are refused, whoever is served with them', async () => {
    const group = await aStoredGroup(2, 5);
    const [stranger, member] = [aPrincipal(anId()), aPrincipal(group.members[0]!)];
    const answers = await Promise.allSettled([
      receipts().markRead(stranger, group.id, 3),
      receipts().markRead(member, group.id, 3),
      receipts().markRead(member, '1', 3),
      receipts().markRead(member, 'nonsense', 3),
    ]);
    expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'done'))).toEqual([
      'conversation.not_found',
      'done',
      'conversation.not_found',
      'conversation.not_found',
    ]);
  });
});

describe('the times of marks', () => {
  it('say when each message was first got and read, for the last hundred exactly, within a bounded number of rows', async () => {
    const group = await aStoredGroup(2, 400);
    const [reader, other] = group.members as [string, string];
    for (let seq = 1; seq <= 400; seq += 1) await receipts().markRead(aPrincipal(reader), group.id, seq);
    await receipts().markDelivered(other, group.id, 3);
    const store = node.app.get(ReceiptsStore);
    const at = async (seq: number) => (await store.findTimes(group.id, [reader, other], seq)).get(reader);
    const [late, later, last] = [await at(301), await at(302), await at(400)];
    expect(late!.readAt!.getTime()).toBeLessThanOrEqual(later!.readAt!.getTime());
    expect(later!.readAt!.getTime()).toBeLessThanOrEqual(last!.readAt!.getTime());
    expect((await at(5))!.readAt!.getTime()).toBeLessThanOrEqual(late!.readAt!.getTime());
    expect((await store.findTimes(group.id, [other], 4)).size).toBe(0);
    expect((await store.findTimes(group.id, [other], 3)).get(other)).toMatchObject({ readAt: null });
    const [{ kept }] = await dataSource.query(
      'SELECT COUNT(*) AS kept FROM receipt_times WHERE conversationId = ? AND userId = ?',
      [group.id, reader],
    );
    expect(Number(kept)).toBeGreaterThanOrEqual(100);
    expect(Number(kept)).toBeLessThanOrEqual(140);
  });
});
