import { getDataSourceToken } from '@nestjs/typeorm';
import { type Connection, createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import type { MessageDraft } from '../../../src/ledger/stored-message.js';
import { aDraft } from '../../support/builders.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { DatabaseProxy } from '../../support/proxy.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { type StoredConversation, storeConversation } from '../../support/stored-conversation.js';

let database: TestDatabase;
let proxy: DatabaseProxy;
/** Behind the proxy, with one lane, so that a test knows which connection it breaks. */
let node: TestNode;
/** Beside it, on the same database without a proxy. */
let other: TestNode;
let direct: DataSource;
let conversation: StoredConversation;

beforeAll(async () => {
  database = await createDatabase('commit_faults');
  proxy = await DatabaseProxy.before(database.url);
  const shared = { REDIS_PREFIX: uniquePrefix(), WRITER_LANES: '1' };
  other = await startNode({ ...shared, DATABASE_URL: database.url });
  node = await startNode({ ...shared, DATABASE_URL: proxy.url });
  direct = other.app.get<DataSource>(getDataSourceToken());
  conversation = await storeConversation(direct);
});

afterEach(async () => {
  // Whatever a test broke, the next one begins with a lane that works.
  await expect
    .poll(() => post(aDraft({ conversationId: conversation.id, senderId: conversation.members[1]! })), {
      timeout: 15_000,
    })
    .toBeTruthy();
});

afterAll(async () => {
  await Promise.all([node.stop(), other.stop()]);
  await proxy.close();
  await database.drop();
});

const post = (draft: MessageDraft, on = node) => on.app.get(LedgerService).post(draft);

const mine = (overrides: { clientId?: string } = {}) =>
  aDraft({ conversationId: conversation.id, senderId: conversation.members[0]!, ...overrides });

const stored = async ({ id }: MessageDraft): Promise<number> =>
  (await direct.query('SELECT seq FROM messages WHERE id = ?', [id])).length;

/** Transactions that wait for a lock. The server refreshes what it tells of them at most every 100 ms. */
async function waiters(connection: Connection): Promise<number> {
  const [rows] = await connection.query('SELECT requesting_trx_id FROM information_schema.innodb_lock_waits');
  return (rows as unknown[]).length;
}

async function numbersAreWhole(): Promise<void> {
  const rows: { seq: number }[] = await direct.query(
    'SELECT seq FROM messages WHERE conversationId = ? ORDER BY seq',
    [conversation.id],
  );
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
}

describe('a connection that is lost before the commit', () => {
  it.each(['INSERT INTO messages', 'INSERT INTO outbox'])(
    'at %s stores nothing, and says so',
    async (statement) => {
      const draft = mine();
      const lost = proxy.next(statement, 'lost');
      await expect(post(draft)).rejects.toMatchObject({ code: 'service.unavailable', retryable: true });
      await lost;
      expect(await stored(draft)).toBe(0);
      await numbersAreWhole();
    },
  );

  it('while the lane was idle is replaced, and nobody is told', async () => {
    await post(mine());
    proxy.reset();
    expect((await post(mine())).isNew).toBe(true);
  });

  it('while the lane was idle, with all others of the pool, is replaced, and nobody is told', async () => {
    const pool = node.app.get<DataSource>(getDataSourceToken());
    await post(mine());
    await Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT SLEEP(0.05)')));
    proxy.reset();
    expect((await post(mine())).isNew).toBe(true);
  });

  it('by the server while the lane was idle is replaced, and nobody is told', async () => {
    await post(mine());
    const rows: { id: string }[] = await direct.query(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    const killer = await createConnection(database.url);
    for (const { id } of rows) await killer.query(`KILL ${id}`).catch(() => undefined);
    await killer.end();
    expect((await post(mine())).isNew).toBe(true);
  });
});

describe('a commit whose answer is lost', () => {
  it('with the connection is found out about: stored once, and the sender is told', async () => {
    const draft = mine({ clientId: 'answer-lost' });
    const lost = proxy.next('COMMIT', 'answer lost');
    const { message } = await post(draft);
    await lost;
    expect(message).toMatchObject({ id: draft.id });
    expect(await stored(draft)).toBe(1);
    await numbersAreWhole();
    expect((await post(mine({ clientId: 'answer-lost' }))).message.id).toBe(draft.id);
  });

  it('and that did not arrive is made again, once', async () => {
    const draft = mine();
    const lost = proxy.next('COMMIT', 'lost');
    const { message } = await post(draft);
    await lost;
    expect(message.id).toBe(draft.id);
    expect(await stored(draft)).toBe(1);
    await numbersAreWhole();
  });

  it('gives all senders of the transaction their own message', async () => {
    const drafts = Array.from({ length: 20 }, () => mine());
    const lost = proxy.next('COMMIT', 'answer lost');
    const answers = await Promise.all(drafts.map((draft) => post(draft)));
    await lost;
    expect(answers.map(({ message }) => message.id)).toEqual(drafts.map(({ id }) => id));
    await numbersAreWhole();
  });
});

describe('a transaction that meets another', () => {
  it('in a deadlock is made again, and both are stored', async () => {
    const opposite = await storeConversation(direct, conversation.members);
    const [first, second] = [conversation, opposite].toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
    const blocker = await createConnection(database.url);
    try {
      // Holds the second head and then wants the first, against the order in which a commit takes them. It has
      // changed more rows, so that the server gives up the commit instead of it.
      await blocker.query('START TRANSACTION');
      await blocker.query('UPDATE members SET muted = 1');
      await blocker.query('UPDATE users SET displayName = displayName');
      await blocker.query('SELECT rev FROM conversation_heads WHERE conversationId = ? FOR UPDATE', [
        second!.id,
      ]);
      const drafts = [first, second].map((one) =>
        aDraft({ conversationId: one!.id, senderId: one!.members[0]! }),
      );
      const sends = Promise.all(drafts.map((draft) => post(draft)));
      await expect.poll(() => waiters(blocker), { timeout: 3_000, interval: 200 }).toBe(1);
      await blocker.query('UPDATE conversation_heads SET changedAt = changedAt WHERE conversationId = ?', [
        first!.id,
      ]);
      await blocker.query('COMMIT');
      expect((await sends).map(({ message }) => message.id)).toEqual(drafts.map(({ id }) => id));
    } finally {
      blocker.destroy();
    }
  });
});
