import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { type Notice, encodeNotice } from './notice.js';
import { groupByShard, shardPrefix } from './shards.js';

const script = new Script(new URL('./lua/show.lua', import.meta.url));
/** Scripts under way at a time: what comes beyond is dropped, so that a slow Redis costs no memory. */
const UNDER_WAY = 1_000;

/** Publishes to the nodes what is shown and never stored. */
@Injectable()
export class Notices {
  private underWay = 0;
  private readonly logger = new Logger(Notices.name);

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  /** One script a shard; dropped while Redis is away. */
  publish(userIds: readonly string[], notice: Notice): void {
    if (this.redis.status !== 'ready') return;
    const encoded = encodeNotice(notice);
    for (const [shard, users] of groupByShard(userIds)) {
      if (this.underWay < UNDER_WAY) void this.publishIn(shard, encoded, users);
    }
  }

  private async publishIn(shard: number, encoded: string, users: readonly string[]): Promise<void> {
    this.underWay += 1;
    const prefix = shardPrefix(this.config.redis.prefix, shard);
    try {
      await script.run(this.redis, `${prefix}state`, [prefix, encoded, ...users]);
    } catch (error) {
      this.logger.debug(`a notice was dropped: ${String(error)}`);
    } finally {
      this.underWay -= 1;
    }
  }
}
