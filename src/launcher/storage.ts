import { join } from 'node:path';
import { environment } from '../platform/config/environment.js';
import type { Cleanup } from './cleanup.js';
import { dockerWorks, startContainers } from './docker.js';
import { findDatabase } from './find-binaries.js';
import { installMissing, missingPrograms, type Need } from './install-servers.js';
import { keepRunning } from './keep-running.js';
import { LauncherError } from './launcher-error.js';
import { startMariadb } from './mariadb.js';
import type { PrivateServer } from './private-server.js';
import { startRedis } from './redis.js';
import { whatToInstall } from './what-to-install.js';

export interface Places {
  /** The checkout. */
  root: string;
  dataDirectory: string;
}

export interface Storage {
  urls: { DATABASE_URL: string; REDIS_URL: string };
  /** Rejects when a private server can't be kept running; never resolves. */
  failed: Promise<never>;
}

/** What the environment does not name, and the launcher therefore has to run. */
export function storageNeed(): Need {
  return { database: !environment.DATABASE_URL, redis: !environment.REDIS_URL };
}

/**
 * Starts what is needed: this machine's own programs, installed first where that is allowed, else containers.
 * Each thing started is handed to `cleanup` at once, so that a failure half-way leaves nothing behind.
 */
export async function startStorage(
  need: Need,
  places: Places,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Storage> {
  await installMissing(need, signal);
  const missing = missingPrograms(need);
  const contained = await startMissing(missing, places.root, cleanup, signal);
  const servers: PrivateServer[] = [];
  const adopt = (server: PrivateServer) => {
    cleanup.add(() => server.stop());
    servers.push(server);
    return server.url;
  };
  const urls = {
    DATABASE_URL: environment.DATABASE_URL || contained.databaseUrl || '',
    REDIS_URL: environment.REDIS_URL || contained.redisUrl || '',
  };
  if (!urls.DATABASE_URL) {
    const program = findDatabase()!;
    const directory = join(places.dataDirectory, program.flavour); // neither can read the other's files
    urls.DATABASE_URL = adopt(await startMariadb({ directory, program, signal }));
  }
  if (!urls.REDIS_URL) {
    const directory = join(places.dataDirectory, 'redis');
    urls.REDIS_URL = adopt(await startRedis({ directory, signal }));
  }
  return { urls, failed: keepAllRunning(servers, cleanup) };
}

async function startMissing(missing: Need, root: string, cleanup: Cleanup, signal: AbortSignal) {
  if (!missing.database && !missing.redis) return {};
  if (!(await dockerWorks())) throw new LauncherError(whatToInstall(missing));
  return startContainers(root, missing, cleanup, signal);
}

function keepAllRunning(servers: PrivateServer[], cleanup: Cleanup): Promise<never> {
  const stopping = new AbortController();
  const kept = servers.map((server) => keepRunning(server, stopping.signal));
  // Runs before the servers are stopped: the other order would start them again.
  cleanup.add(async () => {
    stopping.abort();
    await Promise.allSettled(kept);
  });
  const failed = new Promise<never>((_, reject) => {
    for (const one of kept) one.catch(reject);
  });
  failed.catch(() => {}); // may come before anybody waits for it
  return failed;
}
