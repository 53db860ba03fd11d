import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { type Reference, decodeReference, encodeReference } from '../mailbox/reference.js';
import { SHARDS, shardOf, shardPrefix } from '../mailbox/shards.js';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';

const script = (name: string): Script => new Script(new URL(`./lua/${name}.lua`, import.meta.url));
const scripts = { append: script('append'), read: script('read') };

/** Changes that one entry holds, and entries that a feed keeps at least: together what a feed nobody follows costs Redis. */
const ENTRY_CHANGES = 50;
const FEED_ENTRIES = 1_000;
/** Entries that a follower takes of one feed at a time. */
const PAGE = 20;
/** Milliseconds after which an entry that somebody took and never acknowledged is handled by somebody else. */
const TAKE_OVER_MS = 10_000;

export const ALL_SHARDS: readonly number[] = [...Array(SHARDS).keys()];

/** What a follower takes of one shard's feed. */
export interface FeedPage {
  readonly shard: number;
  /** Which run of Redis it comes from: another one may have lost entries. */
  readonly epoch: string;
  /** Entries were dropped before anybody of the group had them. */
  readonly hasHole: boolean;
  readonly ids: readonly string[];
  readonly changes: readonly Reference[];
  /** There may be more. */
  readonly isFull: boolean;
}

/** The feeds' Redis streams: one a shard, by the conversation's id. */
@Injectable()
export class FeedStore {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {}

  get isReachable(): boolean {
    return this.redis.status === 'ready';
  }

  /** Returns the shards that got something. */
  async append(changes: readonly Reference[]): Promise<number[]> {
    const lines = new Map<number, string[]>();
    for (const change of changes) {
      const shard = shardOf(change.conversationId);
      const list = lines.get(shard);
      if (list) list.push(encodeReference(change));
      else lines.set(shard, [encodeReference(change)]);
    }
    await Promise.all(
      [...lines].map(([shard, list]) =>
        scripts.append.run(this.redis, this.feed(shard), [FEED_ENTRIES, ...entriesOf(list)]),
      ),
    );
    return [...lines.keys()];
  }

  /** Takes the next entries for a group: no other consumer gets them unless they stay unacknowledged for too long. */
  async take(shard: number, group: string, consumer: string): Promise<FeedPage> {
    const state = `${shardPrefix(this.config.redis.prefix, shard)}state`;
    const reply = await scripts.read.run(this.redis, this.feed(shard), [
      state,
      group,
      consumer,
      TAKE_OVER_MS,
      PAGE,
    ]);
    const [epoch, dropped, ...entries] = reply as [string, number, ...string[]];
    const ids = entries.filter((_, i) => i % 2 === 0);
    const changes = entries.flatMap((entry, i) => (i % 2 === 1 ? decoded(entry) : []));
    return { shard, epoch, hasHole: dropped === 1, ids, changes, isFull: ids.length >= PAGE };
  }

  async acknowledge({ shard, ids }: FeedPage, group: string): Promise<void> {
    if (ids.length > 0) await this.redis.xack(this.feed(shard), group, ...ids);
  }

  private feed(shard: number): string {
    return `${shardPrefix(this.config.redis.prefix, shard)}feed`;
  }
}

function entriesOf(lines: readonly string[]): string[] {
  const entries: string[] = [];
  for (let i = 0; i < lines.length; i += ENTRY_CHANGES)
    entries.push(lines.slice(i, i + ENTRY_CHANGES).join('\n'));
  return entries;
}

const decoded = (entry: string): Reference[] =>
  entry.split('\n').flatMap((line) => decodeReference(line) ?? []);
