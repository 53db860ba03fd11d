import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SweepStorage } from '../../../src/files/removal/sweep-storage.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { anId } from '../../support/builders.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestBucket, startBucket } from '../../support/s3.js';
import { type TestDatabase, createDatabase, temporaryDirectory } from '../../support/servers.js';
import { download, filesIn, tryUpload, upload } from '../../support/uploads.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase('removal');
});

afterAll(() => database.drop());

describe('on disk', () => {
  let directory: string;
  let node: TestNode;
  let ada: TestUser;

  beforeAll(async () => {
    directory = temporaryDirectory('removal');
    node = await startNode({ DATABASE_URL: database.url, FILES_DIR: directory });
    ada = await registerUser(node);
  });

  afterAll(async () => {
    await node.stop();
    await rm(directory, { recursive: true });
  });

  it('bytes without a row, and parts of dead uploads, are swept when they are old; all else stays', async () => {
    const file = await upload(node, ada, 'kept');
    const [orphan, young] = [anId(), anId()];
    const place = (id: string) => join(directory, 'stored', id.slice(-3));
    const old = new Date(Date.now() - 3 * 3_600_000);
    const paths = {
      orphan: join(place(orphan), orphan),
      thumbnail: join(place(orphan), `${orphan}.thumbnail`),
      young: join(place(young), young),
      foreign: join(place(young), 'README'),
      dead: join(directory, 'temporary', 'dead.upload'),
      alive: join(directory, 'temporary', 'alive.upload'),
    };
    for (const path of Object.values(paths)) {
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, 'x');
    }
    for (const path of [paths.orphan, paths.thumbnail, paths.foreign, paths.dead])
      await utimes(path, old, old);
    await node.app.get(SweepStorage).sweep();
    const left = await filesIn(directory);
    expect(left).toEqual(expect.arrayContaining([paths.young, paths.foreign, paths.alive]));
    for (const path of [paths.orphan, paths.thumbnail, paths.dead]) expect(left).not.toContain(path);
    await node.app.get(SweepStorage).sweep(Date.now() + 24 * 3_600_000);
    expect((await download(node, `/v1/files/${file.id}`, { token: ada.token })).status).toBe(200);
  });

  it('a sweep leaves the store alone while another node sweeps it', async () => {
    const id = anId();
    const path = join(directory, 'stored', id.slice(-3), id);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, 'x');
    const runner = node.app.get<DataSource>(getDataSourceToken()).createQueryRunner();
    const name = `mailroom:files:${new URL(database.url).pathname.slice(1)}`.slice(0, 64);
    const later = Date.now() + 24 * 3_600_000;
    await runner.query('SELECT GET_LOCK(?, 0)', [name]);
    await node.app.get(SweepStorage).sweep(later);
    expect(await filesIn(directory)).toContain(path);
    await runner.query('SELECT RELEASE_LOCK(?)', [name]);
    await runner.release();
    await node.app.get(SweepStorage).sweep(later);
    expect(await filesIn(directory)).not.toContain(path);
  });
});

describe('in a bucket', () => {
  let bucket: TestBucket;
  let node: TestNode;
  let ada: TestUser;

  beforeAll(async () => {
    bucket = await startBucket();
    node = await startNode({ DATABASE_URL: database.url, ...bucket.settings });
    ada = await registerUser(node);
  });

  afterAll(async () => {
    await node.stop();
    await bucket.dispose();
  });

  it('uploads, ranges, removal and sweeping do what they do on disk', async () => {
    const file = await upload(node, ada, 'in a bucket', 'b.txt');
    const get = (headers = {}) => download(node, `/v1/files/${file.id}`, { token: ada.token, headers });
    expect((await get()).bytes.toString()).toBe('in a bucket');
    expect((await get({ range: 'bytes=3-3' })).bytes.toString()).toBe('a');
    await node.app.get(SweepStorage).sweep(Date.now() + 24 * 3_600_000);
    expect((await get()).status).toBe(200);
    const empty = await upload(node, ada, '', 'empty');
    expect((await download(node, `/v1/files/${empty.id}`, { token: ada.token })).bytes.length).toBe(0);
  });

  it('while it is away uploads and downloads say so, what has expired waits, and goes when it is back', async () => {
    const file = await upload(node, ada, 'x', 'b.txt');
    const kept = await upload(node, ada, 'y', 'c.txt');
    const dataSource = node.app.get<DataSource>(getDataSourceToken());
    const rows = async () =>
      Number((await dataSource.query('SELECT COUNT(*) AS n FROM files WHERE id = ?', [file.id]))[0].n);
    await bucket.stop();
    await dataSource.query('UPDATE files SET expiresAt = UTC_TIMESTAMP(3) WHERE id = ?', [file.id]);
    const refused = await tryUpload(node, ada, 'z');
    expect([refused.status, refused.body.code]).toEqual([503, 'service.unavailable']);
    const away = await download(node, `/v1/files/${kept.id}`, { token: ada.token });
    expect([away.status, away.code]).toEqual([503, 'service.unavailable']);
    expect(await rows()).toBe(1);
    await bucket.start();
    await waitUntil('the expired file is gone', async () => (await rows()) === 0, { timeoutMs: 15_000 });
    expect((await download(node, `/v1/files/${kept.id}`, { token: ada.token })).bytes.toString()).toBe('y');
  });
});
