import { connect as connectTcp } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { CommandsRedis } from '../../../src/platform/redis/redis.clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const prefix = uniquePrefix();
let database: TestDatabase;
let node: TestNode;
let bob: TestUser;

beforeAll(async () => {
  database = await createDatabase('vanishing');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: prefix });
  bob = await registerUser(node, 'bob');
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

const registrations = async (): Promise<string[]> => {
  const key = `${shardPrefix(prefix, shardOf(bob.id))}user:${bob.id}`;
  return (await node.app.get<Redis>(CommandsRedis).hkeys(key)).filter((field) => field.startsWith('c:'));
};

/** Asks for a stream and is gone so many milliseconds later. */
function vanish(afterMs: number): Promise<void> {
  const { hostname, port } = new URL(node.url);
  return new Promise((resolve) => {
    const socket = connectTcp(Number(port), hostname, () => {
      socket.write(`GET /v1/events HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${bob.token}\r\n\r\n`);
      setTimeout(() => socket.destroy(), afterMs);
    });
    socket.on('close', () => resolve());
  });
}

it('a client that goes before its stream begins leaves no connection behind', async () => {
  await Promise.all([0, 0, 1, 1, 2, 2, 3, 4].map(vanish));
  const { status } = await call(node, 'GET /v1/sync', { token: bob.token });
  expect(status).toBe(200);
  await expect.poll(registrations, { timeout: 5_000 }).toEqual([]);
});
