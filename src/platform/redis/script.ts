import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { gathered } from './gathered.js';

/** A Lua script kept in a file beside the store that runs it; sent whole only to a server that does not know it yet. */
export class Script {
  private readonly source: string;
  private readonly sha: string;

  constructor(file: URL) {
    this.source = readFileSync(file, 'utf8');
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  /** Has the server know it, so that what is run from now on is run in the order in which it was sent. */
  async load(redis: Redis): Promise<void> {
    await redis.script('LOAD', this.source);
  }

  /** All that are run within a turn of the event loop go out with one system call. */
  async run(redis: Redis, key: string, args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await gathered(redis).evalsha(this.sha, 1, key, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.source, 1, key, ...args);
    }
  }
}
