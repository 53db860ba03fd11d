import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../../support/chat.js';
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
