import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { shardPrefix } from './shards.js';

const script = (name: string): Script => new Script(new URL(`./lua/${name}.lua`, import.meta.url));
const scripts = { announce: script('announce'), establish: script('establish') };

/** What MySQL says when an epoch begins: its time, and the number of the last cast that is committed there. */
export interface Present {
  readonly nowMs: number;
  readonly cast: number;
}

/** Runs the scripts that begin a shard's epochs. */
@Injectable()
export class EpochStore {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  /**
   * Notes that an epoch is to begin, unless the running server's stands. Returns the word that it will have: the given one, or
   * that of whoever has announced it before. What MySQL says of the present must be asked after that.
   */
  async announce(shard: number, runId: string, word: string): Promise<string> {
    return String(await scripts.announce.run(this.redis, this.state(shard), [runId, word]));
  }

  /**
   * Returns the epoch that stands now: the running server's, begun in the given present if it had none. Undefined where the
   * announcement has gone: then Redis has lost what it held after the present was asked, which is none any more.
   */
  async establish(
    shard: number,
    runId: string,
    word: string,
    { nowMs, cast }: Present,
  ): Promise<string | undefined> {
    const epoch = await scripts.establish.run(this.redis, this.state(shard), [runId, word, nowMs, cast]);
    return epoch === '' ? undefined : String(epoch);
  }

  private state(shard: number): string {
    return `${shardPrefix(this.config.redis.prefix, shard)}state`;
  }
}
