import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { makeSecret } from '../../platform/crypto/secret-hash.js';
import { Config } from '../../platform/config/config.js';
import { unavailable } from '../../platform/errors/chat-error.js';

/** Older than any upload can be that is still under way. */
const DEAD_AFTER_MS = 2 * 3_600_000;

/** Uploads under way: on the disk of the uploads, so that a finished one needs no copy. */
@Injectable()
export class TemporaryFiles {
  private readonly directory: string;

  constructor({ files }: Config) {
    this.directory = resolve(files.directory, 'temporary');
  }

  /** Gives the work names for files that nobody else uses; whatever it does, they are gone when it has ended. */
  async use<T>(work: (name: (part: string) => string) => Promise<T>): Promise<T> {
    await mkdir(this.directory, { recursive: true }).catch((error: unknown) => {
      throw unavailable('The store of files is away.', error);
    });
    const stem = makeSecret(12);
    const used = new Set<string>();
    try {
      return await work((part) => {
        const path = join(this.directory, `${stem}.${part}`);
        used.add(path);
        return path;
      });
    } finally {
      await Promise.all([...used].map((path) => rm(path, { force: true })));
    }
  }

  /** What nodes that died have left. */
  async removeDead(now = Date.now()): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names) {
      const path = join(this.directory, name);
      const found = await stat(path).catch(() => undefined);
      if (found && now - found.mtimeMs > DEAD_AFTER_MS) await rm(path, { force: true });
    }
  }
}
