import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { gathered } from '../platform/redis/gathered.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { type Position, parsePosition } from './cursor.js';
import { shardOf, shardPrefix } from './shards.js';

const acknowledge = new Script(new URL('./lua/acknowledge.lua', import.meta.url));

/** What Redis knows of how far a user's devices have come: by the mailbox, and by replays from MySQL. */
@Injectable()
export class AcknowledgementStore {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  /** Up to where the user's devices have acknowledged; undefined when the mailbox does not know. */
  async acknowledged(userId: string): Promise<Position | undefined> {
    const text = await gathered(this.redis).hget(this.key('user', userId), 'acked');
    return text ? parsePosition(text) : undefined;
  }

  /** Two at once may leave the lower one: its range is then acknowledged twice, which changes nothing. */
  async setAcknowledged(userId: string, at: Position): Promise<void> {
    await acknowledge.run(this.redis, this.key('user', userId), [`${at.ms}-${at.n}`]);
  }

  /** Notes how far a replay from MySQL has been written to some connection. */
  async noteReplay(userId: string, fields: Record<string, string | number>): Promise<void> {
    const key = this.key('replay', userId);
    await this.redis.multi().hset(key, fields).pexpire(key, this.retentionMs).exec();
  }

  async replays(userId: string): Promise<Record<string, string>> {
    return gathered(this.redis).hgetall(this.key('replay', userId));
  }

  async forgetReplays(userId: string, fields: readonly string[]): Promise<void> {
    if (fields.length > 0) await gathered(this.redis).hdel(this.key('replay', userId), ...fields);
  }

  private key(kind: 'user' | 'replay', userId: string): string {
    return `${shardPrefix(this.config.redis.prefix, shardOf(userId))}${kind}:${userId}`;
  }

  private get retentionMs(): number {
    return this.config.mailbox.retentionHours * 3_600_000;
  }
}
