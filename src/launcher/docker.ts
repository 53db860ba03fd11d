import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../platform/config/environment.js';
import type { Cleanup } from './cleanup.js';
import { findProgram } from './find-binaries.js';
import { anyFreePort } from './free-port.js';
import type { Need } from './install-servers.js';

const run = promisify(execFile);

export interface Containers {
  databaseUrl?: string;
  redisUrl?: string;
}

/** True where an engine answers; the client alone is often installed without one. */
export async function dockerWorks(): Promise<boolean> {
  const docker = findProgram('docker');
  if (!docker) return false;
  try {
    await run(docker, ['info'], { timeout: 20_000 });
    await run(docker, ['compose', 'version'], { timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/** The needed services of docker-compose.yml, healthy, on free ports of this machine alone; volumes keep their data. */
export async function startContainers(
  root: string,
  need: Need,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Containers> {
  const host = '127.0.0.1';
  const mysqlPort = need.database ? await anyFreePort(host) : 0;
  const redisPort = need.redis ? await anyFreePort(host) : 0;
  const ports = {
    ...(mysqlPort && { MYSQL_PORT: String(mysqlPort) }),
    ...(redisPort && { REDIS_PORT: String(redisPort) }),
  };
  const services = [...(need.database ? ['mysql'] : []), ...(need.redis ? ['redis'] : [])];
  // Compose names a project after its folder, and two checkouts may have folders of one name.
  const project = `mailroom-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  const compose = ['compose', '-p', project, '-f', join(root, 'docker-compose.yml')];
  const options = { env: { ...environment, ...ports }, maxBuffer: 64 * 1024 * 1024 };
  console.log(`Starting ${services.join(' and ')} with docker compose …`);
  cleanup.add(async () => void (await run('docker', [...compose, 'stop', ...services], options)));
  await run('docker', [...compose, 'up', '-d', '--wait', ...services], { ...options, signal });
  const password = encodeURIComponent(environment.MYSQL_PASSWORD || 'mailroom');
  return {
    ...(need.database && { databaseUrl: `mysql://mailroom:${password}@${host}:${mysqlPort}/mailroom` }),
    ...(need.redis && { redisUrl: `redis://${host}:${redisPort}` }),
  };
}
