import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { type Device, devicesIn } from './devices.js';
import { groupByShard, shardOf, shardPrefix } from './shards.js';

/** Milliseconds for which somebody counts as there whose last connection has closed: a reconnect makes no flicker. */
export const GRACE_MS = 5_000;
/** Users that are asked about together. */
const AT_ONCE = 1_000;

const note = new Script(new URL('./lua/presence-note.lua', import.meta.url));

/** Where a user is, as the registrations of all nodes say. */
export interface Whereabout {
  readonly devices: readonly Device[];
  /** The nodes that hold their connections. */
  readonly nodes: readonly string[];
  /** Without a device, and still to be counted as there for a moment. */
  readonly isLeaving: boolean;
  /** When the last connection has closed. */
  readonly leftMs: number | undefined;
}

/** Who speaks of a device: one of the user's sessions, over a connection or not. */
export interface Speaker {
  readonly userId: string;
  readonly sessionId: string;
  readonly connectionId?: string | undefined;
}

/**
 * Who is there, as the connections say that are registered in Redis: nobody else keeps a list of it. The scripts that
 * open and close connections note in the same step whose presence has to be looked at. All throw while Redis is away.
 */
@Injectable()
export class Whereabouts {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  get isReachable(): boolean {
    return this.redis.status === 'ready';
  }

  /** By user. */
  async of(userIds: Iterable<string>): Promise<Map<string, Whereabout>> {
    const all = [...userIds];
    const found = new Map<string, Whereabout>();
    for (let i = 0; i < all.length; i += AT_ONCE) {
      const some = all.slice(i, i + AT_ONCE);
      const pipeline = this.redis.pipeline().time();
      for (const userId of some) pipeline.hgetall(`${this.prefix(shardOf(userId))}user:${userId}`);
      const [time, ...answers] = resultsOf(await pipeline.exec());
      for (const [k, userId] of some.entries())
        found.set(userId, whereaboutOf(answers[k] as Fields, millisecondsOf(time)));
    }
    return found;
  }

  /**
   * Notes whether nobody is at a device, and has the user looked at. Over a connection its client speaks for that one
   * alone; otherwise for all of its session's, or where that has none, for all of the user's.
   */
  async note({ userId, sessionId, connectionId }: Speaker, isIdle: boolean): Promise<void> {
    const prefix = this.prefix(shardOf(userId));
    await note.run(this.redis, `${prefix}state`, [
      prefix,
      userId,
      sessionId,
      connectionId ?? '',
      isIdle ? 1 : 0,
    ]);
  }

  /** Has users looked at after so many milliseconds, or sooner. */
  async touch(userIds: readonly string[], afterMs: number): Promise<void> {
    const dueMs = millisecondsOf(await this.redis.time()) + afterMs;
    const pipeline = this.redis.pipeline();
    for (const [shard, users] of groupByShard(userIds))
      pipeline.zadd(`${this.prefix(shard)}due`, 'LT', ...users.flatMap((userId) => [dueMs, userId]));
    resultsOf(await pipeline.exec());
  }

  private prefix(shard: number): string {
    return shardPrefix(this.config.redis.prefix, shard);
  }
}

type Fields = Readonly<Record<string, string>>;

/** What a user's fields in Redis say. */
export function whereaboutOf(fields: Fields, nowMs: number): Whereabout {
  const devices = devicesIn(fields);
  const nodes = Object.entries(fields).flatMap(([field, node]) => (field.startsWith('c:') ? [node] : []));
  return {
    devices,
    nodes: [...new Set(nodes)],
    isLeaving: devices.length === 0 && Number(fields.stays ?? 0) > nowMs,
    leftMs: fields.left === undefined ? undefined : Number(fields.left),
  };
}

function resultsOf(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}

function millisecondsOf(time: unknown): number {
  const [seconds, microseconds] = time as [string | number, string | number];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
