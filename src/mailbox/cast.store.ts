import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { type Position, parsePosition } from './cursor.js';
import { EpochChanged } from './mailbox.store.js';
import { type Reference, encodeReference } from './reference.js';
import { shardPrefix } from './shards.js';

const script = (name: string): Script => new Script(new URL(`./lua/${name}.lua`, import.meta.url));
const scripts = { next: script('cast-next'), append: script('cast') };

/** What is brought to all open mailboxes, or to those of some users: numbered 1, 2, 3 … as they are committed. */
export interface Cast {
  readonly number: number;
  readonly committedMs: number;
  readonly reference: Reference;
  /** Only those who were reached by the cast of this number are told; its own number: all. */
  readonly after: number;
  /** Whether it is for those alone who have a connection now. */
  readonly isForConnected: boolean;
}

/** Some of those whom a cast is for, and what their followers are to write; empty: each reads it for themselves. */
export interface CastGroup {
  readonly userIds: readonly string[];
  readonly body: string;
}

/** Open mailboxes of a shard that a cast has come to; or that it has come to all of them. */
export type CastChunk =
  | { readonly kind: 'next'; readonly from: string; readonly isLast: boolean; readonly userIds: string[] }
  | { readonly kind: 'done'; readonly tail: Position; readonly reached: number };

/** Runs the scripts of casts. Both throw when the shard is in another epoch. */
@Injectable()
export class CastStore {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  /** Begins the cast in the shard if it has not begun. Casts must come in the order of their numbers. */
  async next(shard: number, epoch: string, number: number, limit: number): Promise<CastChunk> {
    const prefix = shardPrefix(this.config.redis.prefix, shard);
    const reply = await scripts.next.run(this.redis, `${prefix}state`, [prefix, epoch, number, limit]);
    const [kind, ...rest] = reply as [string, ...(string | number)[]];
    if (kind === 'epoch') throw new EpochChanged(shard);
    if (kind === 'done') return { kind, tail: parsePosition(String(rest[0])), reached: Number(rest[1]) };
    const [from, isLast, ...userIds] = rest.map(String);
    return { kind: 'next', from: from ?? '', isLast: isLast === '1', userIds };
  }

  /** Takes a chunk, once: what another node has taken already stays as it is. */
  async append(
    shard: number,
    epoch: string,
    cast: Cast,
    chunk: Extract<CastChunk, { kind: 'next' }>,
    chosen: readonly CastGroup[] | 'stop',
  ): Promise<void> {
    const prefix = shardPrefix(this.config.redis.prefix, shard);
    const groups = chosen === 'stop' ? [] : chosen;
    const reply = await scripts.append.run(this.redis, `${prefix}state`, [
      prefix,
      epoch,
      cast.number,
      cast.committedMs,
      this.config.mailbox.length,
      cast.after,
      cast.isForConnected ? 1 : 0,
      encodeReference(cast.reference),
      chunk.from,
      chunk.isLast || chosen === 'stop' ? '+' : (chunk.userIds.at(-1) ?? '+'),
      chosen === 'stop' ? 1 : 0,
      JSON.stringify(groups.map(({ userIds }) => userIds)),
      ...groups.map(({ body }) => body),
    ]);
    const [kind] = reply as [string];
    if (kind === 'epoch') throw new EpochChanged(shard);
  }
}
