import type { Redis } from 'ioredis';
import { Config } from '../../src/platform/config/config.js';
import { CommandsRedis } from '../../src/platform/redis/redis.clients.js';
import type { TestNode } from './node.js';

/** What a FLUSHALL does to one installation alone, on a Redis that is shared with other tests. */
export async function loseRedisData({ app }: TestNode): Promise<void> {
  const redis = app.get<Redis>(CommandsRedis);
  const { prefix } = app.get(Config).redis;
  const keys = (await Promise.all([redis.keys(`${prefix}*`), redis.keys(`{${prefix}*`)])).flat();
  if (keys.length > 0) await redis.del(...keys);
}
