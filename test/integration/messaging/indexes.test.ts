import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationsStore } from '../../../src/conversations/conversations.store.js';
import { LedgerService } from '../../../src/ledger/ledger.service.js';
import { LedgerStore } from '../../../src/ledger/ledger.store.js';
import { MessageStore } from '../../../src/ledger/message.store.js';
import { OutboxStore } from '../../../src/ledger/outbox.store.js';
import { ReceiptsStore } from '../../../src/messaging/receipts/receipts.store.js';
import { ScheduledMessagesStore } from '../../../src/messaging/scheduled/scheduled-messages.store.js';
import { DraftsStore } from '../../../src/messaging/drafts/drafts.store.js';
import { MissedStore } from '../../../src/messaging/missed.store.js';
import { ThreadsStore } from '../../../src/messaging/threads/threads.store.js';
import { queriesOf } from '../../support/asked-queries.js';
import { aDraft, anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { storeConversation } from '../../support/stored-conversation.js';
import { storeMessages } from '../../support/stored-messages.js';

const MESSAGES = 1_000;

let database: TestDatabase;
let node: TestNode;
let dataSource: DataSource;
let me: string;
let other: string;
let ids: string[];

beforeAll(async () => {
  database = await createDatabase('indexes');
  node = await startNode({ DATABASE_URL: database.url });
  dataSource = node.app.get<DataSource>(getDataSourceToken());
  [me, other] = [anId(), anId()];
  ids = [];
  for (let i = 0; i < 8; i += 1) {
    const { id } = await storeConversation(dataSource, [me, other, anId()]);
    ids.push(id);
    const messages = Array.from({ length: MESSAGES }, (_, j) => ({
      senderId: j % 2 ? me : other,
      createdAt: new Date(Date.now() - 1_000_000 + j),
    }));
    await storeMessages(dataSource, id, messages);
  }
  // Those of others: many more than mine.
  await Promise.all(Array.from({ length: 300 }, () => storeConversation(dataSource)));
  for (const table of ['messages', 'members', 'conversation_heads', 'conversations'])
    await dataSource.query(`ANALYZE TABLE ${table}`);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

interface Explained {
  readonly table: string;
  readonly type: string;
  readonly key: string | null;
  readonly rows: string;
  readonly Extra: string | null;
}

/** How the server carries that out. */
async function planOf(work: () => Promise<unknown>): Promise<Explained[]> {
  const plans: Explained[][] = [];
  for (const [query, parameters] of await queriesOf(dataSource, work))
    plans.push(await dataSource.query(`EXPLAIN FORMAT=TRADITIONAL ${query}`, parameters));
  return plans.flat();
}

const get = <T>(store: new (...args: never[]) => T): T => node.app.get<T>(store);

/** Table, key and how it is used, of each step. */
const stepsOf = async (work: () => Promise<unknown>) =>
  (await planOf(work)).map(({ table, key, type }) => `${table} by ${key} (${type})`);

/** Reads no table as a whole and sorts nothing big. */
async function readsAtMost(rows: number, work: () => Promise<unknown>): Promise<Explained[]> {
  const plan = await planOf(work);
  for (const step of plan) {
    expect(step.type, JSON.stringify(step)).not.toBe('ALL');
    expect(Number(step.rows), JSON.stringify(step)).toBeLessThanOrEqual(rows);
  }
  return plan;
}

const messages = (): MessageStore => get(MessageStore);

it('a page of history is one range of the clustered index, without sorting', async () => {
  const questions = [
    () => messages().findLastBefore(ids[3]!, 0, 500, 50),
    () => messages().findBetween(ids[3]!, 400, 500, 50),
    () => messages().findOthersBetween(ids[3]!, me, 400, 500, 50),
  ];
  for (const question of questions) {
    const [step, ...more] = await planOf(question);
    expect(more).toEqual([]);
    expect(step).toMatchObject({ table: 'messages', type: 'range', key: 'PRIMARY' });
    expect(step?.Extra).not.toMatch(/filesort|temporary/);
  }
});

it('messages by their numbers, of one conversation or many, are points of the clustered index', async () => {
  const keys = ids.flatMap((conversationId) => [1, 500, 1_000].map((seq) => ({ conversationId, seq })));
  const twice = () => messages().findAt([...keys, ...keys]);
  const [wanted, ...steps] = await planOf(twice);
  expect(wanted).toMatchObject({ table: 'wanted' });
  expect(steps).toMatchObject([{ table: 'messages', key: 'PRIMARY', type: 'eq_ref' }]);
  expect(await twice()).toHaveLength(keys.length);
});

it('what changed after a rev is one range of its index, without sorting', async () => {
  const [step] = await planOf(() => messages().findChangedAfter(ids[3]!, 900, 0, 50));
  expect(step).toMatchObject({ table: 'messages', type: 'range', key: 'messages_rev' });
  expect(step?.Extra).not.toMatch(/filesort|temporary/);
  expect(
    await stepsOf(() => messages().findOlderChangedAfter(ids[3]!, 900, { afterSeq: 0, upToSeq: 950 }, 50)),
  ).toEqual(['messages by messages_rev (range)']);
});

it('sends are looked up by their keys, many at a time, on the unique index', async () => {
  const drafts = Array.from({ length: 200 }, (_, i) =>
    aDraft({ senderId: i % 2 ? me : other, clientId: `c-${i}` }),
  );
  const find = (count: number) => () =>
    get(LedgerStore).findBySendKeys(dataSource.manager, drafts.slice(0, count));
  for (const count of [1, 2, 200]) {
    const plan = await readsAtMost(count * 2, find(count));
    expect(plan.every(({ key, table }) => table === null || key === 'messages_send_key')).toBe(true);
  }
});

it('heads are locked by their keys', async () => {
  const plan = await planOf(() => get(LedgerStore).lockHeads(dataSource.manager, ids));
  expect(plan).toMatchObject([{ table: 'conversation_heads', key: 'PRIMARY' }]);
  expect(await stepsOf(() => get(LedgerStore).currentMembers([ids[0]!]))).toEqual([
    'members by PRIMARY (ref)',
  ]);
});

it('what a user has missed begins with their memberships, and reads only those conversations', async () => {
  for (const question of [
    () => get(MissedStore).findUndelivered(me),
    () => get(MissedStore).findSince(me, new Date(Date.now() - 999_500)),
    () => get(MissedStore).findSince(me, new Date(0)),
  ]) {
    const plan = await planOf(question);
    expect(plan.find(({ table }) => table === 'm')).toMatchObject({ key: 'members_user', type: 'ref' });
    expect(plan.find(({ table }) => table === 'h')).toMatchObject({ key: 'PRIMARY', type: 'eq_ref' });
    for (const step of plan.filter(({ table }) => table === 'x')) expect(step.key).toBe('PRIMARY');
  }
});

it('what was missed since the beginning is not looked for in the messages', async () => {
  const plan = await planOf(() => get(MissedStore).findSince(me, new Date(0)));
  expect(plan.map(({ table }) => table)).not.toContain('x');
});

it('the list of conversations begins with the memberships', async () => {
  const plan = await planOf(() => get(ConversationsStore).findByActivity(me, undefined, 50));
  // Which ones are shown, by the user's memberships; then these alone are read whole.
  const steps = plan.filter(({ table }) => table === 'm').map(({ key, type }) => `${key} ${type}`);
  expect(steps).toContain('members_user ref');
  for (const step of steps) expect(['PRIMARY eq_ref', 'members_user ref']).toContain(step);
});

it('what is unread is counted in its own range, however much was read before', async () => {
  await dataSource.query('UPDATE members SET readSeq = ? WHERE userId = ?', [MESSAGES - 10, me]);
  const plan = await planOf(() => get(ConversationsStore).findByActivity(me, undefined, 50));
  const step = plan.find(({ table }) => table === 'messages');
  expect(step).toMatchObject({ type: 'range', key: 'PRIMARY' });
  expect(Number(step?.rows)).toBeLessThanOrEqual(2 * 10 * ids.length);
});

describe('threads', () => {
  it('are read and listed by their keys', async () => {
    const threads = () => get(ThreadsStore);
    await dataSource.query('INSERT INTO thread_replies (conversationId, rootSeq, seq) VALUES ?', [
      ids.flatMap((id) => [10, 20, 30].map((seq) => [id, 1, seq])),
    ]);
    await dataSource.query(
      'INSERT INTO thread_followers (userId, conversationId, rootSeq, isFollowing) VALUES ?',
      [ids.flatMap((id) => [me, other, anId()].map((userId) => [userId, id, 1, true]))],
    );
    for (const table of ['thread_replies', 'thread_followers'])
      await dataSource.query(`ANALYZE TABLE ${table}`);
    const plan = await readsAtMost(ids.length, () => threads().findFollowed(me, undefined, 50));
    expect(plan.find(({ table }) => table === 'f')).toMatchObject({ key: 'PRIMARY', type: 'ref' });
    for (const table of ['root', 'last', 't'])
      expect(plan.find((step) => step.table === table)).toMatchObject({ key: 'PRIMARY', type: 'eq_ref' });

    await dataSource.query('INSERT INTO thread_replies (conversationId, rootSeq, seq) VALUES ?', [
      ids.flatMap((id) => Array.from({ length: 200 }, (_, i) => [id, 2, 100 + i])),
    ]);
    await dataSource.query('ANALYZE TABLE thread_replies');
    expect(await stepsOf(() => threads().findReplies(ids[3]!, 2, 0, 50))).toEqual([
      'thread_replies by PRIMARY (range)',
    ]);
  });

  it('and answers cost a plain message nothing: they are neither asked for nor written', async () => {
    const post = (content: object) => () =>
      get(LedgerService).post(aDraft({ conversationId: ids[0]!, senderId: me, ...content }));
    const verbsOf = async (work: () => Promise<unknown>) =>
      (await queriesOf(dataSource, work)).map(([query]) =>
        /^\s*(\w+).*?(?:FROM|INTO|UPDATE) (\w+)/s.exec(query)?.slice(1),
      );
    await post({})();
    expect(await verbsOf(post({}))).toEqual([
      ['SELECT', 'conversation_heads'],
      ['INSERT', 'messages'],
      ['INSERT', 'conversation_heads'],
      ['INSERT', 'outbox'],
    ]);
    expect((await verbsOf(post({ threadOf: 1 }))).length).toBeGreaterThan(4);
  });
});

it('the oldest batches of the outbox are read from its end', async () => {
  const [step] = await planOf(() => get(OutboxStore).oldest(100));
  expect(step).toMatchObject({ key: 'PRIMARY', type: 'index' });
});

it('marks are raised, and receipts read, by their keys', async () => {
  const store = get(ReceiptsStore);
  const marks = ids.map((conversationId) => ({ conversationId, userId: me, readSeq: 5, deliveredSeq: 7 }));
  const raising = await planOf(() => store.raise(dataSource.manager, marks));
  expect(raising.find(({ table }) => table === 'm')).toMatchObject({ key: 'PRIMARY', type: 'eq_ref' });
  const standing = await readsAtMost(2 * ids.length, () => store.standing(dataSource.manager, marks));
  expect(standing.find(({ table }) => table === 'm')).toMatchObject({
    key: 'PRIMARY',
    type: expect.stringMatching(/^(range|eq_ref)$/),
  });
  const page = await planOf(() => store.findMarks({ conversationId: ids[0]!, seq: 5 }, other, '0', 51));
  expect(page.find(({ table }) => table === 'm')).toMatchObject({ key: 'PRIMARY' });
  expect(page.find(({ table }) => table === 'm')?.Extra).not.toMatch(/filesort|temporary/);
  const [times] = await planOf(() => store.findTimes(ids[0]!, [me, other], 5));
  expect(times).toMatchObject({ table: 'receipt_times', key: 'PRIMARY' });
});

it('what is due, and what a user has put aside, is found by its index among that of many', async () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => {
    const at = new Date(Date.now() + 3_600_000 + i);
    return [anId(), i < 5 ? me : anId(), ids[0], 'pending', at, at, '{}', at, at];
  });
  await dataSource.query(
    `INSERT INTO scheduled_messages (id, userId, conversationId, status, sendAt, dueAt, message, createdAt, updatedAt) VALUES ?`,
    [rows],
  );
  await dataSource.query('INSERT INTO drafts (userId, conversationId, text, updatedAt) VALUES ?', [
    Array.from({ length: 2_000 }, (_, i) => [i < 5 ? me : anId(), ids[i % 8], 'Dear', new Date()]),
  ]);
  for (const table of ['scheduled_messages', 'drafts']) await dataSource.query(`ANALYZE TABLE ${table}`);
  const scheduled = get(ScheduledMessagesStore);
  expect(await planOf(() => scheduled.findDue(50))).toMatchObject([{ key: 'scheduled_messages_due' }]);
  expect(await planOf(() => scheduled.findStanding(me, undefined, undefined, 50))).toMatchObject([
    { key: 'scheduled_messages_user' },
  ]);
  const drafts = await planOf(() => get(DraftsStore).findAll(me, undefined, 50));
  for (const step of drafts) expect(step.type, JSON.stringify(step)).not.toBe('ALL');
});
