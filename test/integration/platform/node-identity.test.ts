import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { parseConfig } from '../../../src/platform/config/config.js';
import { NodeIdentity } from '../../../src/platform/ids/node-identity.js';
import { connectRedis } from '../../../src/platform/redis/redis.clients.js';
import { uniquePrefix } from '../../support/node.js';

const REDIS_PREFIX = uniquePrefix();
let redis: Redis;

beforeAll(() => {
  redis = connectRedis(inject('redisUrl'), 'test', { enableOfflineQueue: true });
});

afterAll(() => redis.quit());

async function aNode(): Promise<{ identity: NodeIdentity; key: string }> {
  const config = parseConfig({
    DATABASE_URL: 'mysql://nobody@nowhere/none',
    REDIS_URL: inject('redisUrl'),
    REDIS_PREFIX,
  });
  const identity = new NodeIdentity(redis, config);
  await identity.onModuleInit();
  return { identity, key: `${config.redis.prefix}node-number:${identity.nodeNumber}` };
}

it('gives its number back when it goes', async () => {
  const { identity, key } = await aNode();
  expect(await redis.get(key)).toBe(identity.name);
  await identity.onApplicationShutdown();
  expect(await redis.get(key)).toBeNull();
});

it('leaves it to the node that has taken it, where it was away for longer than its lease', async () => {
  const { identity, key } = await aNode();
  await redis.set(key, 'another');
  await identity.onApplicationShutdown();
  expect(await redis.get(key)).toBe('another');
});
