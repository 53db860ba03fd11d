import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariadb } from '../../src/launcher/mariadb.js';
import type { PrivateServer } from '../../src/launcher/private-server.js';
import { startRedis } from '../../src/launcher/redis.js';
import type { ServerProcess } from '../subject.js';

/** A contender's own servers: with the launcher's settings, `innodb_flush_log_at_trx_commit=1` among them. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly processes: readonly ServerProcess[];
  stop(): Promise<void>;
}

interface Need {
  readonly database: boolean;
  readonly redis: boolean;
  /** Where the database is to listen too, for a contender that knows no Unix sockets. */
  readonly databasePort?: number;
}

export async function startStores(need: Need): Promise<Stores> {
  const directory = mkdtempSync(join(tmpdir(), 'mailroom-bench-'));
  const mariadb = need.database
    ? await startMariadb({ directory: join(directory, 'db'), port: need.databasePort })
    : undefined;
  const redis = need.redis ? await startRedis({ directory: join(directory, 'redis') }) : undefined;
  const servers = [mariadb, redis].filter((server): server is PrivateServer => server !== undefined);
  return {
    databaseUrl: mariadb?.url ?? '',
    redisUrl: redis?.url ?? '',
    processes: servers.map(({ name, pid = 0 }) => ({ name, pid })),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
