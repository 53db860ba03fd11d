import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis, type RedisProgram } from './find-binaries.js';
import { LauncherError } from './launcher-error.js';
import { PrivateServer } from './private-server.js';
import { makePrivateDirectory, socketPath } from './socket-path.js';

export interface RedisOptions {
  /** Where its data, log and socket live; made if missing. One server per directory. */
  directory: string;
  program?: RedisProgram;
  signal?: AbortSignal;
}

/**
 * A private Redis or Valkey that answers when this resolves. It keeps an append-only file, written to disk
 * every second: a crash of the process loses nothing, one of the machine at most that second.
 */
export async function startRedis(options: RedisOptions): Promise<PrivateServer> {
  const { directory, program = findRedis(), signal } = options;
  if (!program) throw new LauncherError('There is no redis-server or valkey-server on this machine.');
  makePrivateDirectory(directory);
  const socket = socketPath(directory, 'redis.sock');
  const dataDirectory = join(directory, 'data');
  const server = new PrivateServer({
    name: 'Redis',
    directory,
    url: redisUrl(socket),
    socketPath: socket,
    dataDirectory,
    file: program.needsAlias ? makeAlias(program.server, directory) : program.server,
    args: serverArguments(socket, dataDirectory),
    prepare: async () => void mkdirSync(dataDirectory, { recursive: true, mode: 0o700 }),
    ping: () => ping(socket),
  });
  await server.start(signal);
  return server;
}

/** The form of `REDIS_URL` for a Unix socket. */
export function redisUrl(socket: string): string {
  return `unix://${socket.split('/').map(encodeURIComponent).join('/')}?db=0`;
}

function serverArguments(socket: string, dataDirectory: string): string[] {
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: dataDirectory,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '', // the append-only file holds it all
    'maxmemory-policy': 'noeviction', // an evicted mailbox would be a lost one
    'set-proc-title': 'no', // the data directory in the command line tells our process from others
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function makeAlias(program: string, directory: string): string {
  const alias = join(directory, 'redis-server');
  if (existsSync(alias)) return alias;
  rmSync(alias, { force: true }); // a link to a program that has moved
  symlinkSync(program, alias);
  return alias;
}

/** Rejects while the server is away or still loads its file. */
async function ping(path: string): Promise<void> {
  const redis = new Redis({
    path,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    enableReadyCheck: false,
  });
  redis.on('error', () => {}); // shows in the rejected promise
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
