import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { messageColumns, messageValues } from '../../../src/ledger/stored-message.js';
import { encodeReference } from '../../../src/mailbox/reference.js';
import type { Position } from '../../../src/mailbox/cursor.js';
import { LATENESS_MS, MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { Arrivals } from '../../../src/offline/arrivals.js';
import { aDraft, aMessage, aReference, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let mailbox: MailboxService;
let conversationId: string;
let user: string;
let now: number;

beforeAll(async () => {
  database = await createDatabase('late_dispatch');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  mailbox = node.app.get(MailboxService);
});

beforeEach(async () => {
  await dataSource.query('DELETE FROM late_dispatches');
  user = anId();
  const [row] = await dataSource.query('SELECT UTC_TIMESTAMP(3) AS now');
  now = row.now.getTime();
  ({ id: conversationId } = await storeConversation(dataSource, [user, anId()], {
    at: new Date(now - 3_600_000),
  }));
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** A message as a node leaves it that died after its commit: stored, and in the outbox. */
async function leaveBehind(seq: number, createdAt: Date, { inOutbox = true } = {}): Promise<void> {
  const message = aMessage({
    conversationId,
    seq,
    rev: seq + 1,
    createdRev: seq + 1,
    senderId: anId(),
    createdAt,
  });
  await dataSource.query(`INSERT INTO messages (${messageColumns}) VALUES ?`, [[messageValues(message)]]);
  await dataSource.query(
    'UPDATE conversation_heads SET rev = ?, lastSeq = ?, changedAt = ? WHERE conversationId = ?',
    [seq + 1, seq, createdAt, conversationId],
  );
  if (!inOutbox) return;
  const change = aReference({ conversationId, rev: seq + 1, seq, subject: message.senderId });
  await dataSource.query('INSERT INTO outbox (committedAt, changes) VALUES (?, ?)', [
    createdAt,
    encodeReference(change),
  ]);
}

async function isDispatched(): Promise<void> {
  await expect
    .poll(() => dataSource.query('SELECT id FROM outbox'), { timeout: 8_000, interval: 100 })
    .toEqual([]);
}

const records = (): Promise<{ committedFrom: Date; positionsTo: Date }[]> =>
  dataSource.query('SELECT committedFrom, positionsTo FROM late_dispatches');

/** What the connection would be replayed that comes with this cursor after Redis has lost everything. */
async function replayedAfterLoss(cursor: Position): Promise<number[]> {
  await loseRedisData(node);
  await expect.poll(() => mailbox.open(user), { timeout: 5_000, interval: 50 }).toBeTruthy();
  const tail = await mailbox.open(user);
  const { plan, resumed } = await node.app.get(Arrivals).at(user, { kind: 'mailbox', at: cursor }, tail);
  expect(resumed).toBe(false);
  const missed = plan?.missed.find((one) => one.conversationId === conversationId);
  return missed
    ? Array.from({ length: missed.toSeq - missed.afterSeq }, (_, i) => missed.afterSeq + i + 1)
    : [];
}

describe('a change that is dispatched long after its commit', () => {
  it('is put on record, and still replayed from a cursor of just before its dispatch', async () => {
    const before = await mailbox.open(user);
    for (const [i, age] of [90_000, 60_000, 1_000].entries()) await leaveBehind(i + 1, new Date(now - age));
    await isDispatched();
    const page = await mailbox.read(user, before, 10);
    expect(page.kind === 'page' && page.entries.map(({ reference }) => reference?.seq)).toEqual([1, 2, 3]);
    const [record] = await records();
    expect(record?.committedFrom).toEqual(new Date(now - 90_000));
    expect(record?.positionsTo.getTime()).toBeGreaterThan(now);
    expect(await replayedAfterLoss(before)).toEqual([1, 2, 3]);
  });
});

describe('a change that is dispatched in time', () => {
  it('needs no record', async () => {
    const before = await mailbox.open(user);
    const ledger = node.app.get(LedgerService);
    await ledger.post(aDraft({ conversationId, senderId: user }));
    await expect.poll(() => mailbox.read(user, before, 1)).toMatchObject({ entries: [expect.anything()] });
    expect(await records()).toEqual([]);
  });

  it('is replayed from any position that it may have come after, to the millisecond', async () => {
    const { ms } = await mailbox.open(user);
    await leaveBehind(1, new Date(ms - LATENESS_MS), { inOutbox: false });
    expect(await replayedAfterLoss({ ms, n: 0 })).toEqual([1]);
  });

  it('is not replayed from positions that surely came after it', async () => {
    const { ms } = await mailbox.open(user);
    await leaveBehind(1, new Date(ms - LATENESS_MS - 1), { inOutbox: false });
    await leaveBehind(2, new Date(ms - LATENESS_MS + 1), { inOutbox: false });
    expect(await replayedAfterLoss({ ms, n: 0 })).toEqual([2]);
  });
});
