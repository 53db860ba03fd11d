import { getDataSourceToken } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../src/platform/database/transaction.js';
import { UsersService } from '../../../src/users/users.service.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let users: UsersService;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase('users_store');
  node = await startNode({ DATABASE_URL: database.url });
  users = node.app.get(UsersService);
  dataSource = node.app.get<DataSource>(getDataSourceToken());
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

describe('users', () => {
  it('come back as they were stored, ids as text and times to the millisecond', async () => {
    const made = await users.create({ username: 'stored', displayName: '🦊 Füchsin', role: 'user' });
    expect(await users.findById(made.id)).toEqual(made);
    expect(await users.findByUsername('stored')).toEqual(made);
    expect(made.createdAt).toBeInstanceOf(Date);
  });

  it('are found by exact username only, whatever the collation', async () => {
    await users.create({ username: 'exact', displayName: 'Exact', role: 'user' });
    for (const name of ['EXACT', 'exact ', 'éxact', 'exac', ''])
      expect(await users.findByUsername(name)).toBeNull();
  });

  it('are found many at a time; unknown ids are absent', async () => {
    const [one, two] = [
      await users.create({ displayName: 'One', role: 'guest' }),
      await users.create({ displayName: 'Two', role: 'guest' }),
    ];
    const found = await users.findMany([one.id, two.id, '1', one.id]);
    expect([...found.keys()].sort()).toEqual([one.id, two.id].sort());
    expect((await users.findMany([])).size).toBe(0);
  });

  it('are not there when their transaction failed', async () => {
    const failing = inTransaction(dataSource, async (manager) => {
      await users.create({ username: 'undone', displayName: 'Undone', role: 'user' }, manager);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await users.findByUsername('undone')).toBeNull();
  });
});
