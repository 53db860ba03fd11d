import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { environment } from '../platform/config/environment.js';
import { findDatabase, findProgram, findRedis } from './find-binaries.js';

const run = promisify(execFile);

/** What the application needs and nobody has configured. */
export interface Need {
  database: boolean;
  redis: boolean;
}

/** The part of a need for which this machine has no program. */
export function missingPrograms(need: Need): Need {
  return { database: need.database && !findDatabase(), redis: need.redis && !findRedis() };
}

/** The packages that carry the programs alone: no service, no user, nothing that starts by itself. */
export function packagesFor(missing: Need): string[] {
  return [
    ...(missing.database ? ['mariadb-server-core', 'mariadb-client-core'] : []),
    ...(missing.redis ? ['redis-tools'] : []),
  ];
}

/**
 * Installs what is missing where this is allowed: as root on Debian and what descends from it. Elsewhere, and
 * where it fails, nothing changes; the caller looks again for what it needs.
 */
export async function installMissing(need: Need, signal: AbortSignal): Promise<void> {
  const packages = packagesFor(missingPrograms(need));
  const apt = findProgram('apt-get');
  if (packages.length === 0 || !apt || process.getuid!() !== 0 || !existsSync('/etc/debian_version')) return;
  console.log(`Installing ${packages.join(', ')} from the distribution's packages …`);
  const options = {
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    signal,
  };
  try {
    // The package lists may be older than the packages; where they can't be renewed, they may still do.
    await run(apt, ['update', '-q'], options).catch(() => signal.throwIfAborted());
    const wait = ['-o', 'DPkg::Lock::Timeout=120']; // another installation may be under way
    await run(apt, ['install', '-q', '-y', '--no-install-recommends', ...wait, ...packages], options);
  } catch (error) {
    signal.throwIfAborted();
    const { stderr } = error as { stderr?: string };
    console.error(`That failed: ${(stderr || String(error)).trim().split('\n').slice(-3).join('\n')}`);
  }
}
