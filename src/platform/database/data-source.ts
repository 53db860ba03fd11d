import type { Socket } from 'node:net';
import type { Pool } from 'mysql2';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from './migrations/index.js';
import { connectionOptions, detectFlavour } from './server-flavour.js';

/** Seconds that a starting node waits for another one that is migrating. */
const MIGRATION_LOCK_SECONDS = 120;

/** Milliseconds of silence after which a connection counts as dead. */
const STALLED_MS = 60_000;

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly writerLanes: number;
}

/**
 * Options of the one data source: UTC everywhere, 64-bit numbers as text, never `synchronize`.
 * The entities come from the modules that own them.
 */
export async function dataSourceOptions(database: DatabaseOptions): Promise<DataSourceOptions> {
  const url = new URL(database.url);
  const { user, ...connection } = connectionOptions(url);
  return {
    ...connection,
    type: await detectFlavour(url),
    username: user,
    poolSize: database.poolSize + database.writerLanes,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    trace: false, // a stack for every query, in case it fails: TypeORM's error has one
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'none',
  };
}

/** Opens the data source and brings the schema up to date, one node at a time; the others wait for it. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    const name = `mailroom:migrate:${String(dataSource.options.database)}`.slice(0, 64);
    const rows: unknown = await runner.query('SELECT GET_LOCK(?, ?) AS held', [name, MIGRATION_LOCK_SECONDS]);
    if (!isHeld(rows)) throw new Error('Another node holds the migration lock.');
    await dataSource.runMigrations();
    await runner.query('SELECT RELEASE_LOCK(?)', [name]);
  } finally {
    await runner.release();
  }
  endStalledConnections(dataSource);
  return dataSource;
}

/** A connection without a sign of its server is given up, with whatever waits on it. Migrations, above, may take longer. */
function endStalledConnections(dataSource: DataSource): void {
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  pool.on('connection', ({ stream }: { stream: Socket }) => {
    stream.setTimeout(STALLED_MS, () => {
      stream.destroy(Object.assign(new Error('MySQL gave no sign for too long'), { code: 'ETIMEDOUT' }));
    });
  });
}

const isHeld = (rows: unknown): boolean =>
  Array.isArray(rows) && String((rows[0] as { held: unknown }).held) === '1';
