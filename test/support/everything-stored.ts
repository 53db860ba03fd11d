import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { connectRedis } from '../../src/platform/redis/redis.clients.js';

/** All rows of all tables, and all keys of Redis under a prefix, as text. */
export async function everythingStored(databaseUrl: string, redisPrefix: string): Promise<string> {
  const connection = await createConnection(databaseUrl);
  const [tables] = (await connection.query('SHOW TABLES')) as unknown as [Record<string, string>[]];
  const rows: unknown[] = [];
  for (const table of tables.flatMap(Object.values))
    rows.push((await connection.query(`SELECT * FROM \`${table}\``))[0]);
  await connection.end();
  const redis = connectRedis(inject('redisUrl'), 'test', { enableOfflineQueue: true });
  for (const key of await redis.keys(`${redisPrefix}*`)) rows.push(String(await redis.dump(key)));
  redis.disconnect();
  return JSON.stringify(rows);
}
