import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
import { type ChatClient, closeClientsAfterEach, connect } from '../../support/clients.js';
import { aGroup, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let node: TestNode;

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('groups_redis_away'), privateRedis()]);
  node = await startNode({ DATABASE_URL: database.url, REDIS_URL: redis.url });
});

afterAll(async () => {
  await node.stop();
  await Promise.all([redis.dispose(), database.drop()]);
});

closeClientsAfterEach();

it('who is removed while Redis stands still is shown nothing later of what was sent before', async () => {
  const group = await aGroup(node);
  const [owner, carol, bob] = group.people;
  const [bobs, carols] = [await connect('socket.io', node, bob), await connect('socket.io', node, carol)];
  await send(node, owner, group.conversationId, 'before');
  for (const client of [bobs, carols])
    await client.until('has the first', () => client.messages().some(({ text }) => text === 'before'));
  await redis.kill('SIGSTOP');
  try {
    await send(node, owner, group.conversationId, 'on its way');
    await send(node, owner, group.conversationId, 'waiting');
    await doInGroup(node, group, owner, 'DELETE', `members/${bob.id}`);
  } finally {
    await redis.kill('SIGCONT');
  }
  await bobs.until('hears of the removal', () => bobs.count('member.removed') > 0);
  await carols.until('has all', () => carols.messages().some(({ text }) => text === 'waiting'));
  await send(node, owner, group.conversationId, 'after');
  await carols.until('has the last', () => carols.messages().some(({ text }) => text === 'after'));
  const texts = (client: ChatClient) => client.messages().flatMap(({ text }) => text ?? []);
  expect(texts(bobs)).toEqual(['before']);
  expect(texts(carols)).toEqual(['before', 'on its way', 'waiting', 'after']);
});

it('a removal is answered while Redis is away, and counts at once', async () => {
  const group = await aGroup(node);
  const [owner, , bob] = group.people;
  await redis.kill('SIGKILL');
  const began = performance.now();
  await doInGroup(node, group, owner, 'DELETE', `members/${bob.id}`);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect((await inGroup(node, group, bob, 'GET', 'messages')).status).toBe(404);
  expect((await inGroup(node, group, bob, 'POST', 'messages', { text: 'Hello' })).status).toBe(404);
  expect(await send(node, owner, group.conversationId, 'without bob')).toMatchObject({ seq: 3, rev: 5 });
});
