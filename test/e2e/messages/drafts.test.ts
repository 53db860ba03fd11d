import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('drafts');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

type Place = { readonly conversationId: string };
const save = (place: Place, user: TestUser, draft: object): Promise<Reply> =>
  inGroup(here, place, user, 'PUT', 'draft', draft);
const saved = async (place: Place, user: TestUser): Promise<Reply['body']> =>
  (await inGroup(there, place, user, 'GET', 'draft')).body;
const listed = async (user: TestUser, query = ''): Promise<Reply['body']> =>
  (await call(there, `GET /v1/drafts${query}`, { token: user.token })).body;

it.each(doorNames)('a draft comes to the user’s other devices by %s, and to nobody else', async (door) => {
  const { alice, bob, ...pair } = await aPair(here);
  const [own, others] = [await connect(door, there, alice), await connect(door, there, bob)];
  const { status, body } = await save(pair, alice, { text: 'Dear Bo', replyTo: 1 });
  expect([status, body.draft]).toMatchObject([200, { text: 'Dear Bo', replyTo: 1, threadOf: null }]);
  await own.until('has the draft', () => own.count('draft.updated') === 1);
  await inGroup(here, pair, alice, 'DELETE', 'draft');
  await inGroup(here, pair, alice, 'DELETE', 'draft');
  await own.until('knows that it is gone', () => own.count('draft.updated') === 2);
  await send(here, alice, pair.conversationId, 'The end');
  for (const client of [own, others]) await client.untilMessages(1);
  expect(own.ofType('draft.updated').map(({ cursor, data }) => [cursor, data])).toEqual([
    [null, { conversationId: pair.conversationId, draft: body.draft }],
    [null, { conversationId: pair.conversationId, draft: null }],
  ]);
  expect(others.count('draft.updated')).toBe(0);
});

it('the last one that was saved counts; others have their own', async () => {
  const { alice, bob, ...pair } = await aPair(here);
  await save(pair, alice, { text: 'One', replyTo: 1, threadOf: 2 });
  await save(pair, bob, { text: 'Mine' });
  await save(pair, alice, { text: 'Two' });
  expect((await saved(pair, alice)).draft).toMatchObject({ text: 'Two', replyTo: null, threadOf: null });
  expect((await saved(pair, bob)).draft.text).toBe('Mine');
});

it('all of mine are listed, newest first, in pages', async () => {
  const alice = await registerUser(here);
  const groups = [];
  for (const text of ['one', 'two', 'three']) {
    const group = await aGroup(here);
    await doInGroup(here, group, group.people[0], 'POST', 'members', { userIds: [alice.id] });
    await save(group, alice, { text });
    groups.push(group);
  }
  await save(groups[0]!, alice, { text: 'one again' });
  const first = await listed(alice, '?limit=2');
  const second = await listed(alice, `?limit=2&cursor=${first.nextCursor}`);
  const texts = [...first.items, ...second.items].map(({ text }: { text: string }) => text);
  expect([texts, second.nextCursor]).toEqual([['one again', 'three', 'two'], null]);
});

describe('a draft ends with the membership in which it was written', () => {
  it('also when the user comes back, and is then forgotten', async () => {
    const group = await aGroup(here);
    const [owner, bob] = group.people;
    await save(group, bob, { text: 'Not for you any more' });
    await doInGroup(here, group, owner, 'DELETE', `members/${bob.id}`);
    expect((await saved(group, bob)).code).toBe('conversation.not_found');
    expect((await save(group, bob, { text: 'Again' })).body.code).toBe('conversation.not_found');
    expect((await listed(bob)).items).toEqual([]);
    await doInGroup(here, group, owner, 'POST', 'members', { userIds: [bob.id] });
    expect((await saved(group, bob)).code).toBe('draft.not_found');
    expect((await listed(bob)).items).toEqual([]);
    const other = await aGroup(here);
    await doInGroup(here, other, other.people[0], 'POST', 'members', { userIds: [bob.id] });
    await save(other, bob, { text: 'Elsewhere' });
    const dataSource = here.app.get<DataSource>(getDataSourceToken());
    const rows = await dataSource.query('SELECT text FROM drafts WHERE userId = ?', [bob.id]);
    expect(rows).toEqual([{ text: 'Elsewhere' }]);
  });
});
