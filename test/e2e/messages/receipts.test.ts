import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECEIPT_MEMBERS } from '../../../src/ledger/audience.js';
import { anId } from '../../support/builders.js';
import { aPair, range, send } from '../../support/chat.js';
import { type ChatClient, closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('receipts');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

type Place = { readonly conversationId: string };
const read = (place: Place, user: TestUser, seq: number, node = here) =>
  doInGroup(node, place, user, 'PUT', 'read', { seq });
const receiptsOf = async (place: Place, user: TestUser, seq: number, query = '') =>
  doInGroup(here, place, user, 'GET', `messages/${seq}/receipts${query}`);
const hide = async (user: TestUser, readReceipts: boolean) =>
  (await call(here, 'PATCH /v1/users/me', { token: user.token, body: { readReceipts } })).body.user;
const receiptEvents = ({ events }: ChatClient) =>
  events
    .filter(({ type }) => type.startsWith('receipt.'))
    .map(({ type, data }) => `${type} ${data.userId} ${data.seq}`);

describe('the receipts of a message', () => {
  it('say of each other member when they got it and when they read it', async () => {
    const group = await aGroup(here);
    const [owner, bob, carl] = group.people;
    const { seq } = await send(here, owner, group.conversationId, 'Who reads this?');
    const before = Date.now();
    const stream = await connect('sse', there, bob);
    await stream.untilMessages(1);
    await call(there, 'POST /v1/events/ack', { token: bob.token, body: { cursor: stream.cursor } });
    const { items, nextCursor } = await receiptsOf(group, owner, seq);
    const [ofBob, ofCarl] = [bob, carl].map(({ id }) =>
      items.find(({ userId }: { userId: string }) => userId === id),
    );
    expect([items.length, nextCursor]).toEqual([2, null]);
    expect(ofBob).toEqual({ userId: bob.id, deliveredAt: expect.any(String), readAt: null });
    expect(ofCarl).toEqual({ userId: carl.id, deliveredAt: null, readAt: null });
    expect(Date.parse(ofBob.deliveredAt)).toBeGreaterThanOrEqual(before - 1_000);
    await read(group, bob, seq);
    const [after] = (await receiptsOf(group, owner, seq)).items.filter(
      ({ userId }: { userId: string }) => userId === bob.id,
    );
    expect(after.deliveredAt).toBe(ofBob.deliveredAt);
    expect(Date.parse(after.readAt)).toBeGreaterThanOrEqual(Date.parse(after.deliveredAt));
  });

  it('keep the first time: reading on and reading again change nothing', async () => {
    const { alice, bob, ...pair } = await aPair(here);
    for (const text of ['one', 'two', 'three']) await send(here, alice, pair.conversationId, text);
    await read(pair, bob, 2);
    const first = await Promise.all([1, 2, 3].map((seq) => receiptsOf(pair, alice, seq)));
    expect(first[2].items).toEqual([{ userId: bob.id, deliveredAt: null, readAt: null }]);
    expect(first[0].items[0].readAt).toBe(first[1].items[0].readAt);
    await read(pair, bob, 3, there);
    await read(pair, bob, 1, there);
    expect(await Promise.all([1, 2].map((seq) => receiptsOf(pair, alice, seq)))).toEqual(first.slice(0, 2));
    expect((await receiptsOf(pair, alice, 3)).items[0].readAt).not.toBeNull();
  });

  it('leave out whoever came after it, or is gone; theirs is not shown to those who do not see the message', async () => {
    const group = await aGroup(here, { historyVisibility: 'joined' });
    const [owner, bob, carl] = group.people;
    const late = await registerUser(here);
    const { seq } = await send(here, owner, group.conversationId, 'Before');
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [late.id] });
    await doInGroup(here, group, owner, 'DELETE', `members/${carl.id}`);
    const userIds = (await receiptsOf(group, bob, seq)).items.map(({ userId }: { userId: string }) => userId);
    expect(userIds).toEqual([bob.id]);
    const codes = [late, carl].map(async (user) => {
      const reply = await inGroup(here, group, user, 'GET', `messages/${seq}/receipts`);
      return [reply.status, reply.body.code];
    });
    expect(await Promise.all(codes)).toEqual([
      [404, 'message.not_found'],
      [404, 'conversation.not_found'],
    ]);
  });

  it('come in pages', async () => {
    const group = await aGroup(here);
    const [owner, ...others] = group.people;
    const { seq } = await send(here, owner, group.conversationId, 'Pages');
    const first = await receiptsOf(group, owner, seq, '?limit=1');
    const second = await receiptsOf(group, owner, seq, `?limit=1&cursor=${first.nextCursor}`);
    expect(second.nextCursor).toBeNull();
    const found = [...first.items, ...second.items].map(({ userId }: { userId: string }) => userId);
    expect(found.toSorted()).toEqual(others.map(({ id }) => id).toSorted());
  });
});

describe('one who hides what they have read', () => {
  it.each(doorNames)('is told it on their own devices by %s, the others are not', async (door) => {
    const { alice, bob, ...pair } = await aPair(here);
    expect((await hide(bob, false)).readReceipts).toBe(false);
    const [own, others] = [await connect(door, there, bob), await connect(door, there, alice)];
    await send(here, alice, pair.conversationId, 'Read me');
    await read(pair, bob, 1);
    await own.until('hears of the reading', () => receiptEvents(own).includes(`receipt.read ${bob.id} 1`));
    await send(here, alice, pair.conversationId, 'The end');
    await others.untilMessages(2);
    expect(receiptEvents(others)).toContain(`receipt.delivered ${bob.id} 1`);
    expect(receiptEvents(others).filter((event) => event.startsWith(`receipt.read ${bob.id}`))).toEqual([]);
    const [toAlice] = (await receiptsOf(pair, alice, 1)).items;
    expect([typeof toAlice.deliveredAt, toAlice.readAt]).toEqual(['string', null]);
    expect((await receiptsOf(pair, bob, 1)).items[0].readAt).not.toBeNull();
    const { body } = await call(there, `GET /v1/conversations/${pair.conversationId}`, { token: bob.token });
    expect([body.conversation.readSeq, body.conversation.unread]).toEqual([1, 1]);
  });

  it('sees others’ receipts, and shows their own again when they want', async () => {
    const { alice, bob, ...pair } = await aPair(here);
    await hide(bob, false);
    await send(here, bob, pair.conversationId, 'One');
    await send(here, alice, pair.conversationId, 'Two');
    await Promise.all([read(pair, alice, 2), read(pair, bob, 2)]);
    expect((await receiptsOf(pair, bob, 1)).items[0].readAt).not.toBeNull();
    expect((await receiptsOf(pair, alice, 2)).items[0].readAt).toBeNull();
    expect((await hide(bob, true)).readReceipts).toBe(true);
    expect((await receiptsOf(pair, alice, 2)).items[0].readAt).not.toBeNull();
    const { body } = await call(here, `GET /v1/users/${bob.id}`, { token: alice.token });
    expect(body.user).not.toHaveProperty('readReceipts');
  });

  it('stays hidden in what a reconnecting client is told', async () => {
    const { alice, bob, ...pair } = await aPair(here);
    await hide(bob, false);
    const first = await connect('sse', here, alice);
    first.close();
    await send(here, alice, pair.conversationId, 'Read me');
    await read(pair, bob, 1);
    await send(here, alice, pair.conversationId, 'The end');
    const again = await connect('sse', there, alice, { cursor: first.cursor });
    await again.untilMessages(2);
    expect(again.readies[0]?.resumed).toBe(true);
    expect(receiptEvents(again).filter((event) => event.startsWith('receipt.read'))).toEqual([]);
  });
});

it('in a large group a reading is told to the reader’s own devices, and anybody may ask for it', async () => {
  const group = await aGroup(here);
  const [owner, reader] = group.people;
  const dataSource = here.app.get<DataSource>(getDataSourceToken());
  const crowd = range(1, RECEIPT_MEMBERS).map(() => [
    group.conversationId,
    anId(),
    'member',
    3,
    3,
    new Date(),
  ]);
  await dataSource.query(
    'INSERT INTO members (conversationId, userId, role, rev, joinedRev, joinedAt) VALUES ?',
    [crowd],
  );
  await dataSource.query('UPDATE conversation_heads SET rev = 3, membersRev = 3 WHERE conversationId = ?', [
    group.conversationId,
  ]);
  const other = await logIn(here, reader.username);
  const clients = [await connect('sse', there, other), await connect('sse', here, owner)] as const;
  const { seq } = await send(here, owner, group.conversationId, 'Hello, all');
  await read(group, reader, seq);
  await clients[0].until('hears of the reading', () => receiptEvents(clients[0]).length > 0);
  await send(here, owner, group.conversationId, 'The end');
  await clients[1].until('has all', () => clients[1].seqs(group.conversationId).length === 2);
  expect(receiptEvents(clients[0])).toEqual([`receipt.read ${reader.id} ${seq}`]);
  expect(receiptEvents(clients[1])).toEqual([]);
  const { items } = await receiptsOf(group, owner, seq, '?limit=200');
  const readers = items.filter(({ readAt }: { readAt: string | null }) => readAt !== null);
  expect([items.length, readers.map(({ userId }: { userId: string }) => userId)]).toEqual([
    RECEIPT_MEMBERS + 2,
    [reader.id],
  ]);
});
