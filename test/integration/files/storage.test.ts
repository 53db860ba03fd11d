import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DiskStorage } from '../../../src/files/storage/disk-storage.js';
import type { FileStorage } from '../../../src/files/storage/file-storage.js';
import { S3Storage } from '../../../src/files/storage/s3-storage.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { type TestBucket, startBucket } from '../../support/s3.js';
import { temporaryDirectory } from '../../support/servers.js';

const STORES = { DATABASE_URL: 'mysql://u:p@127.0.0.1/db', REDIS_URL: 'redis://127.0.0.1' };

let bucket: TestBucket;
let directory: string;

beforeAll(async () => {
  bucket = await startBucket();
  directory = temporaryDirectory('storage');
});

afterAll(async () => {
  await bucket.dispose();
  await rm(directory, { recursive: true });
});

const kinds: Record<string, () => FileStorage> = {
  disk: () => new DiskStorage(parseConfig({ ...STORES, FILES_DIR: directory })),
  S3: () => new S3Storage(parseConfig({ ...STORES, FILES_DIR: directory, ...bucket.settings })),
};

describe.each(Object.keys(kinds))('the store on %s', (kind) => {
  let storage: FileStorage;

  beforeAll(() => {
    storage = kinds[kind]!();
  });

  afterEach(async () => {
    for await (const page of storage.list()) for (const { key } of page) await storage.remove(key);
  });

  const put = async (key: string, bytes: Uint8Array | string) => {
    const path = join(directory, 'local');
    await writeFile(path, bytes);
    await storage.put(key, path);
  };

  const read = async (key: string, start: number, end: number) => {
    const stream = await storage.read(key, { start, end });
    return stream && (await buffer(stream));
  };

  const keys = async () => {
    const found: string[] = [];
    for await (const page of storage.list()) found.push(...page.map(({ key }) => key));
    return found.toSorted();
  };

  it('gives back what was put, whole and in parts', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 13) % 256));
    await put('1001', bytes);
    expect((await read('1001', 0, bytes.length - 1))?.equals(bytes)).toBe(true);
    expect((await read('1001', 100_000, 199_999))?.equals(bytes.subarray(100_000, 200_000))).toBe(true);
    expect((await read('1001', 299_999, 299_999))?.equals(bytes.subarray(-1))).toBe(true);
  });

  it('has nothing under a key that was never put, or was removed; removing again changes nothing', async () => {
    expect(await read('1002', 0, 0)).toBe(undefined);
    await put('1002', 'x');
    await storage.remove('1002');
    await storage.remove('1002');
    expect(await read('1002', 0, 0)).toBe(undefined);
  });

  it('lists all of it, with its times', async () => {
    const path = join(directory, 'empty');
    const wanted = Array.from({ length: 30 }, (_, i) => [`${2000 + i}`, `${2000 + i}.thumbnail`]).flat();
    for (const key of wanted) {
      await writeFile(path, '');
      await storage.put(key, path);
    }
    expect(await keys()).toEqual(wanted.toSorted());
    for await (const page of storage.list())
      for (const { storedAt } of page)
        expect(Math.abs(Date.now() - storedAt.getTime())).toBeLessThan(120_000);
  });

  it('takes an empty file', async () => {
    await put('3001', '');
    expect(await keys()).toEqual(['3001']);
  });
});

it('a store on S3 that is away answers that it is, and goes on when it is back', async () => {
  const storage = kinds.S3!();
  const path = join(directory, 'local');
  await writeFile(path, 'x');
  await bucket.stop();
  await expect(storage.put('4001', path)).rejects.toMatchObject({ code: 'service.unavailable' });
  await expect(storage.read('4001', { start: 0, end: 0 })).rejects.toMatchObject({
    code: 'service.unavailable',
  });
  await bucket.start();
  await storage.put('4001', path);
  expect(await storage.read('4001', { start: 0, end: 0 })).toBeDefined();
});

it('a disk that can’t be written answers that the store is away', async () => {
  const path = join(directory, 'a-file');
  await writeFile(path, 'x');
  const storage = new DiskStorage(parseConfig({ ...STORES, FILES_DIR: path }));
  await expect(storage.put('5001', path)).rejects.toMatchObject({ code: 'service.unavailable' });
});
