import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LauncherError } from './launcher-error.js';

/** The kernel's field holds 108 bytes with the closing zero on Linux, 104 on macOS and the BSDs. */
const LONGEST_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Where a Unix socket of a directory lives: in the directory itself, or, where that path is too long, in a
 * private directory under the system's temporary one. The answer is the same on every start.
 */
export function socketPath(directory: string, name: string): string {
  const wanted = join(directory, name);
  if (fits(wanted)) return wanted;
  const hash = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 12);
  const short = [tmpdir(), '/tmp'].map((base) => join(base, `mailroom-${process.getuid!()}-${hash}`));
  const chosen = short.find((path) => fits(join(path, name)));
  if (!chosen) throw new LauncherError(`The path ${wanted} is too long for a Unix socket.`);
  makePrivateDirectory(chosen);
  return join(chosen, name);
}

/** Makes a directory that only its owner can enter; refuses one that somebody else could have prepared. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.getuid!())
    throw new LauncherError(`${path} belongs to another user: start as that user, or remove it.`);
  if ((found.mode & 0o077) !== 0)
    throw new LauncherError(`${path} is open to other users: close it with chmod 700, or remove it.`);
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_BYTES;
}
