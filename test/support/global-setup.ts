import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installMissing, missingPrograms } from '../../src/launcher/install-servers.js';
import { LauncherError } from '../../src/launcher/launcher-error.js';
import { startMariadb } from '../../src/launcher/mariadb.js';
import type { PrivateServer } from '../../src/launcher/private-server.js';
import { environment } from '../../src/platform/config/environment.js';
import { startRedis } from '../../src/launcher/redis.js';
import { whatToInstall } from '../../src/launcher/what-to-install.js';
import { temporaryDirectory } from './servers.js';

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string;
    redisUrl: string;
  }
}

/**
 * One MariaDB and one Redis for the whole run, gone with it. `TEST_DATABASE_URL` and `TEST_REDIS_URL` name other
 * servers instead. If the run is killed by force, the servers end with it and only their temporary
 * directory is left.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = temporaryDirectory('test');
  const servers: PrivateServer[] = [];
  const tearDown = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  // Ctrl-C ends the run without tearing down; what can be done at once still is.
  process.once('exit', () => {
    for (const server of servers) void server.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  const urlOf = async (started: Promise<PrivateServer>) => {
    const server = await started;
    servers.push(server);
    return server.url;
  };
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = environment;
  const need = { database: !TEST_DATABASE_URL, redis: !TEST_REDIS_URL };
  try {
    await installMissing(need, new AbortController().signal);
    const missing = missingPrograms(need);
    if (missing.database || missing.redis) throw new LauncherError(whatToInstall(missing));
    const mariadb = () => urlOf(startMariadb({ directory: join(directory, 'mariadb') }));
    const redis = () => urlOf(startRedis({ directory: join(directory, 'redis') }));
    project.provide('databaseUrl', TEST_DATABASE_URL || (await mariadb()));
    project.provide('redisUrl', TEST_REDIS_URL || (await redis()));
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
