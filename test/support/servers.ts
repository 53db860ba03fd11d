import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { startMariadb } from '../../src/launcher/mariadb.js';
import type { PrivateServer } from '../../src/launcher/private-server.js';
import { startRedis } from '../../src/launcher/redis.js';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** An empty utf8mb4 database of this test file's own, on the server of the whole run. */
export async function createDatabase(name: string, serverUrl = inject('databaseUrl')): Promise<TestDatabase> {
  const unique = `${name.replaceAll(/\W/g, '_').slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  const url = new URL(serverUrl);
  url.pathname = `/${unique}`;
  await execute(serverUrl, `CREATE DATABASE \`${unique}\` CHARACTER SET utf8mb4`);
  return { url: url.href, drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS \`${unique}\``) };
}

async function execute(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** A server for one test file alone, to be killed, frozen or emptied; `dispose` stops it and removes its data. */
export type DisposableServer = PrivateServer & { dispose(): Promise<void> };

export function privateMariadb(): Promise<DisposableServer> {
  return inTemporaryDirectory('mariadb', (directory) => startMariadb({ directory }));
}

export function privateRedis(): Promise<DisposableServer> {
  return inTemporaryDirectory('redis', (directory) => startRedis({ directory }));
}

async function inTemporaryDirectory(
  name: string,
  start: (directory: string) => Promise<PrivateServer>,
): Promise<DisposableServer> {
  const directory = temporaryDirectory(name);
  const server = await start(directory);
  const dispose = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return Object.assign(server, { dispose });
}

/** A private directory with a path short enough for sockets. */
export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `mailroom-${name}-`));
}
