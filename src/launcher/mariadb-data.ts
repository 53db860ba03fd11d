import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../platform/config/environment.js';
import type { DatabaseProgram } from './find-binaries.js';

const run = promisify(execFile);

/** Followed by a random part: a killed start's helper may still be writing into its own. */
const PREFIX = 'incomplete-';

/**
 * Makes a data directory with an administrator `root` without a password: the socket lies in a private directory,
 * which is what guards it. A directory that exists is complete, because it gets its name last: a start that
 * was killed half-way leaves only a temporary one, which the next start throws away.
 */
export async function makeDataDirectory(program: DatabaseProgram, path: string): Promise<void> {
  if (existsSync(path)) return;
  const parent = dirname(path);
  for (const name of readdirSync(parent))
    if (name.startsWith(PREFIX)) rmSync(join(parent, name), { recursive: true, force: true });
  const incomplete = mkdtempSync(join(parent, PREFIX));
  const [file, ...args] = initialisation(program, incomplete);
  try {
    const env = { ...environment, TMPDIR: makeTemporaryDirectory(parent) };
    await run(file!, args, { env, maxBuffer: 16 * 1024 * 1024 });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${file} could not make ${path}:\n${stderr || stdout}`, { cause });
  }
  renameSync(incomplete, path);
}

/** Of its own: a MariaDB that starts removes the temporary tables of all others from a shared one. */
export function makeTemporaryDirectory(parent: string): string {
  const path = join(parent, 'tmp');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function initialisation(program: DatabaseProgram, path: string): string[] {
  const user = process.getuid!() === 0 ? ['--user=root'] : [];
  if (program.flavour === 'mysql')
    return [
      program.server,
      '--no-defaults',
      '--initialize-insecure',
      '--secure-file-priv=NULL',
      ...user,
      `--datadir=${path}`,
    ];
  return [
    program.installer!,
    '--no-defaults',
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--force', // goes on where the host's own name does not resolve
    ...user,
    `--datadir=${path}`,
  ];
}
