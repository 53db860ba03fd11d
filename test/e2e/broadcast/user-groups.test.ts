import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  aPublisher,
  acknowledge,
  currentFor,
  publish,
  published,
  statsOf,
} from '../../support/broadcasts.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type Reply, type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let admin: TestUser;
let people: TestUser[];

beforeAll(async () => {
  database = await createDatabase('user_groups');
  node = await startNode({ DATABASE_URL: database.url });
  admin = await aPublisher(node);
  people = await Promise.all([registerUser(node), registerUser(node), registerUser(node)]);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const PATH = '/v1/user-groups';
const ask = (route: Parameters<typeof call>[1], body?: object): Promise<Reply> =>
  call(node, route, { token: admin.token, body });

async function aUserGroup(...members: TestUser[]): Promise<string> {
  const { status, body } = await ask(`POST ${PATH}`, { name: 'Warehouse' });
  expect(status).toBe(201);
  if (members.length > 0) await put(body.userGroup.id, ...members);
  return body.userGroup.id;
}

async function put(groupId: string, ...users: TestUser[]): Promise<void> {
  const { status } = await ask(`POST ${PATH}/${groupId}/members`, { userIds: users.map(({ id }) => id) });
  expect(status).toBe(204);
}

it('a group is made, renamed, filled, emptied and removed; who is in it stays since when they came', async () => {
  const [ada, bob, eve] = people as [TestUser, TestUser, TestUser];
  const id = await aUserGroup(ada, bob);
  expect((await ask(`PATCH ${PATH}/${id}`, { name: 'Night shift' })).body.userGroup).toEqual({
    id,
    name: 'Night shift',
    memberCount: 2,
    createdAt: expect.any(String),
  });
  const before = (await ask(`GET ${PATH}/${id}/members`)).body.items;
  await put(id, ada, eve);
  const first = (await ask(`GET ${PATH}/${id}/members?limit=2`)).body;
  const rest = (await ask(`GET ${PATH}/${id}/members?limit=2&cursor=${first.nextCursor}`)).body;
  const members: { userId: string; joinedAt: string }[] = [...first.items, ...rest.items];
  expect(members.map(({ userId }) => userId).toSorted()).toEqual(people.map((user) => user.id).toSorted());
  expect(members).toEqual(expect.arrayContaining(before));
  for (const _ of [1, 2]) expect((await ask(`DELETE ${PATH}/${id}/members/${bob.id}`)).status).toBe(204);
  expect((await ask(`GET ${PATH}/${id}`)).body.userGroup.memberCount).toBe(2);
  const other = await aUserGroup();
  expect((await ask(`GET ${PATH}`)).body.items).toMatchObject([{ id }, { id: other, memberCount: 0 }]);
  expect((await ask(`POST ${PATH}/${other}/members`, { userIds: [ada.id, '1'] })).body.code).toBe(
    'user.not_found',
  );
  expect((await ask(`GET ${PATH}/${other}`)).body.userGroup.memberCount).toBe(0);
  expect((await ask(`DELETE ${PATH}/${other}`)).status).toBe(204);
  expect((await ask(`GET ${PATH}/${other}`)).body.code).toBe('user_group.not_found');
});

it('a broadcast for a group comes to who is in it, later too where it is not fixed, and to nobody else', async () => {
  const [ada, bob, eve] = people as [TestUser, TestUser, TestUser];
  const id = await aUserGroup(ada, bob);
  const [live, stranger] = [await connect('socket.io', node, ada), await connect('sse', node, eve)];
  const audience = { groupIds: [id] };
  const open = await published(node, admin, { audience });
  const fixed = await published(node, admin, { audience, isFixed: true });
  const last = await published(node, admin, { audience: { and: [{ all: true }, { not: audience }] } });
  await live.until('has both', () => live.count('broadcast.published') >= 2);
  await stranger.until('has the other', () => stranger.count('broadcast.published') >= 1);
  const told = (events: typeof live.events) => events.flatMap(({ data }) => data?.broadcast?.id ?? []);
  expect(told(live.events)).toEqual([open.id, fixed.id]);
  expect(told(stranger.events)).toEqual([last.id]);
  await put(id, eve);
  await ask(`DELETE ${PATH}/${id}/members/${bob.id}`);
  expect(await currentFor(node, ada)).toEqual([fixed.id, open.id]);
  expect(await currentFor(node, eve)).toEqual([open.id]);
  expect(await currentFor(node, bob)).toEqual([last.id]);
  expect(await statsOf(node, admin, fixed.id)).toMatchObject({ audience: 1 });
});

it('an audience of a group that is not there, or of one that is empty, is refused', async () => {
  const gone = await publish(node, admin, { body: 'Hello', audience: { groupIds: ['1'] } });
  expect(gone).toMatchObject({ status: 404, body: { code: 'user_group.not_found' } });
  const empty = await publish(node, admin, { body: 'Hello', audience: { groupIds: [await aUserGroup()] } });
  expect(empty).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
});

it('how far a broadcast has come is told by minute, hour and day, and adds up to the statistics', async () => {
  const [ada, bob, eve] = people as [TestUser, TestUser, TestUser];
  const { id } = await published(node, admin, {
    audience: { userIds: people.map((user) => user.id) },
    requireAck: true,
  });
  const timeline = async (query = ''): Promise<Reply['body']> =>
    (await ask(`GET /v1/broadcasts/${id}/stats/timeline${query}`)).body;
  expect(await timeline()).toEqual({ items: [], nextCursor: null });
  await acknowledge(node, ada, id);
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  await dataSource.query(
    'UPDATE broadcast_progress SET minute = minute - INTERVAL 2 DAY WHERE broadcastId = ?',
    [id],
  );
  await acknowledge(node, bob, id);
  const client = await connect('socket.io', node, eve);
  await client.until('has it', () => client.events.some(({ data }) => data?.broadcast?.id === id));
  await call(node, 'POST /v1/events/ack', { token: eve.token, body: { cursor: client.cursor } });
  expect(await statsOf(node, admin, id)).toEqual({ audience: 3, delivered: 3, acknowledged: 2 });
  for (const step of ['minute', 'hour', 'day']) {
    const { items } = await timeline(`?step=${step}`);
    const sum = (what: 'delivered' | 'acknowledged') =>
      items.reduce((all: number, one: Record<typeof what, number>) => all + one[what], 0);
    expect([sum('delivered'), sum('acknowledged')]).toEqual([3, 2]);
  }
  const first = await timeline('?step=day&limit=1');
  expect(first.items).toMatchObject([{ delivered: 1, acknowledged: 1 }]);
  expect(first.items[0].at).toMatch(/T00:00:00\.000Z$/);
  const rest = await timeline(`?step=day&cursor=${first.nextCursor}`);
  expect(rest.items.length).toBeGreaterThan(0);
  expect(rest.items[0].at > first.items[0].at).toBe(true);
});
