import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lock, takeLock } from './instance-lock.js';
import { LauncherError } from './launcher-error.js';
import { makePrivateDirectory } from './socket-path.js';

const FIRST_PORT = 3000;
const PORTS_TRIED = 100;

/**
 * The port of the application: the wanted one, else the first free one from 3000 on. A port found free is reserved
 * among this user's launchers, since the application binds it only later and two may start at once.
 */
export async function choosePort(wanted: string | undefined, host: string): Promise<Lock & { port: number }> {
  if (wanted === '0') return { port: await anyFreePort(host), release: () => {} };
  if (wanted) {
    const port = Number(wanted); // what is no port, the application refuses with the rule it broke
    if (isPort(port) && !(await isFree(port, host)))
      throw new LauncherError(`Port ${port} is in use. Set PORT to another one, or leave it out.`);
    return { port, release: () => {} };
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    const reserved = await reserve(port);
    if (!reserved) continue;
    if (await isFree(port, host)) return { port, ...reserved };
    reserved.release();
  }
  throw new LauncherError(`No port from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} is free. Set PORT.`);
}

/** A port that the system picks, of the moment: nothing reserves it. */
export function anyFreePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

async function reserve(port: number): Promise<Lock | undefined> {
  const directory = join(tmpdir(), `mailroom-${process.getuid!()}`);
  makePrivateDirectory(directory);
  const lock = await takeLock(join(directory, `port-${port}.sock`));
  return 'release' in lock ? lock : undefined;
}
