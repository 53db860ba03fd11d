import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { dataSourceOptions, openDataSource } from '../../../src/platform/database/data-source.js';
import { migrations } from '../../../src/platform/database/migrations/index.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
const open: DataSource[] = [];

beforeAll(async () => {
  database = await createDatabase('migrations');
});

afterAll(async () => {
  await Promise.all(open.map((dataSource) => dataSource.destroy()));
  await database.drop();
});

async function migrated(): Promise<DataSource> {
  const dataSource = await openDataSource(
    await dataSourceOptions({ url: database.url, poolSize: 2, writerLanes: 1 }),
  );
  open.push(dataSource);
  return dataSource;
}

const tables = async (dataSource: DataSource): Promise<string[]> =>
  (await dataSource.query<object[]>('SHOW TABLES')).flatMap((row) => Object.values(row).map(String));

it('run once, by whichever node is first', async () => {
  const [one] = await Promise.all([migrated(), migrated(), migrated()]);
  const rows = await one?.query<unknown[]>('SELECT * FROM migrations');
  expect(rows).toHaveLength(migrations.length);
});

it('go back to an empty database, and forth again', async () => {
  const dataSource = await migrated();
  const before = await tables(dataSource);
  for (const _ of migrations) await dataSource.undoLastMigration();
  expect(await tables(dataSource)).toEqual(['migrations']);
  await dataSource.runMigrations();
  expect(await tables(dataSource)).toEqual(before);
});
