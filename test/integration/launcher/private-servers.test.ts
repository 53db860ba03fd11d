import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anyFreePort } from '../../../src/launcher/free-port.js';
import { startMariadb } from '../../../src/launcher/mariadb.js';
import type { PrivateServer } from '../../../src/launcher/private-server.js';
import { startRedis } from '../../../src/launcher/redis.js';
import { isAlive } from '../../support/launcher.js';
import { temporaryDirectory } from '../../support/servers.js';

let directory: string;
let servers: PrivateServer[];

beforeEach(() => {
  directory = temporaryDirectory('servers');
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
});

/** One small table or key in either store, so that both keep the same promises in the same words. */
const kinds = [
  {
    name: 'mariadb',
    start: startMariadb,
    add: (server: PrivateServer) =>
      query(server, 'CREATE TABLE IF NOT EXISTS t (n INT) SELECT 1 AS n', 'INSERT INTO t VALUES (1)'),
    count: async (server: PrivateServer) => {
      const tables = await query(server, "SHOW TABLES LIKE 't'");
      return tables.length === 0 ? 0 : (await query(server, 'SELECT n FROM t')).length;
    },
  },
  {
    name: 'redis',
    start: startRedis,
    add: (server: PrivateServer) => command(server, (redis) => redis.rpush('t', 1, 1)),
    count: (server: PrivateServer) => command(server, (redis) => redis.llen('t')),
  },
];

async function query(server: PrivateServer, ...statements: string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(server.url);
  try {
    let rows: RowDataPacket[] = [];
    for (const sql of statements) [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

async function command<T>(server: PrivateServer, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ path: server.socketPath });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function start(kind: (typeof kinds)[number]): Promise<PrivateServer> {
  const server = await kind.start({ directory: join(directory, kind.name) });
  servers.push(server);
  return server;
}

it.each(kinds)('$name keeps what it acknowledged when killed, on the same URL', async (kind) => {
  const server = await start(kind);
  const { url, pid } = server;
  await kind.add(server);
  await server.kill('SIGKILL');
  expect(isAlive(pid!)).toBe(false);
  await server.restart();
  expect(server.url).toBe(url);
  expect(await kind.count(server)).toBe(2);
});

it.each(kinds)('$name comes back empty where that is asked', async (kind) => {
  const server = await start(kind);
  await kind.add(server);
  await server.restart({ emptied: true });
  expect(await kind.count(server)).toBe(0);
});

it.each(kinds)('$name can be frozen, and answers what waited once it is thawed', async (kind) => {
  const server = await start(kind);
  await kind.add(server);
  await server.kill('SIGSTOP');
  let isAnswered = false;
  const answer = kind.count(server).then((count) => ((isAnswered = true), count));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAnswered).toBe(false);
  await server.kill('SIGCONT');
  expect(await answer).toBe(2);
});

it.each(kinds)('$name stops cleanly while frozen', async (kind) => {
  const server = await start(kind);
  await server.kill('SIGSTOP');
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

it.each(kinds)(
  '$name takes over from a frozen server that a killed launcher left, with its data',
  async (kind) => {
    const left = await start(kind);
    await kind.add(left);
    await left.kill('SIGSTOP');
    const next = await start(kind);
    expect(isAlive(left.pid!)).toBe(false);
    expect(await kind.count(next)).toBe(2);
  },
);

it('stops a server that is still starting within seconds', async () => {
  const server = await startMariadb({ directory: join(directory, 'mariadb') });
  servers.push(server);
  await server.kill('SIGKILL');
  // Where it has heard the first signal depends on the moment: try several.
  for (const moment of [20, 40, 60, 80]) {
    const startedAt = performance.now();
    await expect(server.start(AbortSignal.timeout(moment))).rejects.toThrow(/timeout/);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(server.isRunning).toBe(false);
  }
});

it('says what the server said when it does not start', async () => {
  const program = { flavour: 'mariadb' as const, server: '/bin/false', installer: '/bin/true' };
  const starting = startMariadb({ directory: join(directory, 'broken'), program });
  await expect(starting).rejects.toThrow(/MariaDB did not start\. Its log, .*server\.log, ends:/);
});

it('mariadb listens on a port where it is told to, and lets nobody in there without a password', async () => {
  const port = await anyFreePort('127.0.0.1');
  const server = await startMariadb({ directory: join(directory, 'open'), port });
  servers.push(server);
  await query(server, "CREATE USER 'known'@'127.0.0.1' IDENTIFIED BY 'secret'");
  const connect = (user: string, password?: string) =>
    createConnection({ host: '127.0.0.1', port, user, password });
  await (await connect('known', 'secret')).end();
  await expect(connect('known')).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' });
  await expect(connect('root')).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' });
});
