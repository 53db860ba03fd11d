import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { unavailable } from '../../platform/errors/chat-error.js';
import { type ByteRange, FileStorage, type StoredObject } from './file-storage.js';

const PAGE = 500;

/** Uploads on a disk; several nodes need one that all of them mount. */
@Injectable()
export class DiskStorage extends FileStorage {
  private readonly root: string;

  constructor({ files }: Config) {
    super();
    this.root = resolve(files.directory, 'stored');
  }

  /** A rename: the name is there with all bytes, or not at all. Takes the local file. */
  async put(key: string, path: string): Promise<void> {
    await attempt(async () => {
      const target = this.pathOf(key);
      await mkdir(dirname(target), { recursive: true });
      await synced(path);
      await rename(path, target);
      await synced(dirname(target));
    });
  }

  /** Opened before anything is answered: what is removed while it is read is read to its end. */
  async read(key: string, { start, end }: ByteRange): Promise<Readable | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(this.pathOf(key), 'r');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw away(error);
    }
    return createReadStream('', { fd: handle, start, end });
  }

  async remove(key: string): Promise<void> {
    await attempt(() => rm(this.pathOf(key), { force: true }));
  }

  async *list(): AsyncIterable<readonly StoredObject[]> {
    for (const part of await namesIn(this.root)) {
      const names = await namesIn(join(this.root, part));
      for (let i = 0; i < names.length; i += PAGE) {
        const page = names.slice(i, i + PAGE).map((name) => this.describe(part, name));
        yield (await Promise.all(page)).filter((object) => object !== undefined);
      }
    }
  }

  private async describe(part: string, key: string): Promise<StoredObject | undefined> {
    try {
      return { key, storedAt: (await stat(join(this.root, part, key))).mtime };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw away(error);
    }
  }

  /** Spread over directories by the last digits of the id, which differ most. */
  private pathOf(key: string): string {
    const [id = ''] = key.split('.');
    return join(this.root, id.slice(-3).padStart(3, '0'), key);
  }
}

/** On disk also after a power cut, as a message is that holds it. */
async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw away(error);
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw away(error);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const away = (cause: unknown) => unavailable('The store of files is away.', cause);
