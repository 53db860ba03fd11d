import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../config/config.js';
import { CommandsRedis } from '../redis/redis.clients.js';
import { Script } from '../redis/script.js';

const script = new Script(new URL('./lua/owe.lua', import.meta.url));

/** What subjects owe to all nodes together, in Redis; each is one key, so that a cluster spreads them. */
@Injectable()
export class SharedDebts {
  private readonly prefix: string;

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    config: Config,
  ) {
    this.prefix = `${config.redis.prefix}rate:`;
  }

  /** Adds, at once and whole; answers what is owed then, in milliseconds. Fails at once while Redis is known to be away. */
  async add(key: string, ms: number, mostMs: number): Promise<number> {
    return Number(await script.run(this.redis, this.prefix + key, [ms.toFixed(3), mostMs]));
  }
}
