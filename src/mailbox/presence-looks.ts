import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { Script } from '../platform/redis/script.js';
import { MailboxStore } from './mailbox.store.js';
import { SHARDS, shardOf, shardPrefix } from './shards.js';
import { type Whereabout, whereaboutOf } from './whereabouts.js';

/** Users of a shard that are taken at a time. */
export const TAKEN_AT_ONCE = 200;
/** Milliseconds after which another node takes over what one was looking at. */
const TAKE_OVER_MS = 5_000;
/** Milliseconds in which further changes of a user that others were told of just now are gathered. */
const REST_MS = 1_000;
/** Users who are told, named in one publication; one change with more of them goes alone. */
const NAMED_AT_ONCE = 10_000;

const script = (name: string): Script => new Script(new URL(`./lua/presence-${name}.lua`, import.meta.url));
const scripts = { take: script('take'), announce: script('announce'), settle: script('settle') };
const allShards = [...Array(SHARDS).keys()];

/** A user whose presence may have changed, taken by this node. */
export interface Due extends Whereabout {
  readonly userId: string;
  /** Names the taking. */
  readonly upTo: string;
  /** What was published of the user and perhaps is not on record yet, because the node that did it has died since. */
  readonly told: string | undefined;
  readonly nowMs: number;
}

/** News of a user. */
export interface PresenceNews {
  readonly due: Due;
  /** For the next look, should this node die before it has put it on record. */
  readonly told: string;
  /** The envelope as made by `envelopeBody`. */
  readonly body: string;
  /** Who is told: by node, those who are connected there. */
  readonly hearers: ReadonlyMap<string, readonly string[]>;
  /** Who must not hear of it, though they watch the user. */
  readonly except: readonly string[];
}

export interface Settled {
  readonly due: Due;
  readonly isNews: boolean;
  /** Milliseconds after which to look again by itself; undefined: when something changes. */
  readonly nextLookMs: number | undefined;
}

/**
 * Whose presence has to be looked at, shared by all nodes: each user is taken by one node at a time, and what a node
 * that has died has taken is taken again. All throw while Redis is away.
 */
@Injectable()
export class PresenceLooks {
  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly store: MailboxStore,
    private readonly config: Config,
  ) {}

  get isReachable(): boolean {
    return this.store.isReachable;
  }

  /** Up to so many of each shard. */
  async take(): Promise<Due[]> {
    const taken = await Promise.all(
      allShards.map((shard) => this.run('take', shard, [TAKEN_AT_ONCE, TAKE_OVER_MS])),
    );
    return taken.flatMap((reply) => {
      const [now, ...users] = reply as [string, ...[string, string, string, string[]][]];
      return users.map(([userId, upTo, told, flat]) => ({
        userId,
        upTo,
        told: told === '' ? undefined : told,
        nowMs: Number(now),
        ...whereaboutOf(fieldsOf(flat), Number(now)),
      }));
    });
  }

  /**
   * Publishes news to all nodes, together what is of one shard. Once: what another node has taken over meanwhile is left
   * to it. Returns the users of whom was told.
   */
  async announce(news: readonly PresenceNews[]): Promise<ReadonlySet<string>> {
    const alive = await this.store.nodes();
    const told = await Promise.all(
      batchesOf(news).map(async ([shard, batch]) => {
        const nodes = [...new Set([...alive, ...batch.flatMap(({ hearers }) => [...hearers.keys()])])];
        const changes = batch.map(({ due, told: text, body, except, hearers }) => [
          due.userId,
          due.upTo,
          text,
          body,
          except.join(),
          [...hearers].map(([node, userIds]) => [nodes.indexOf(node) + 1, userIds.join()]),
        ]);
        const reply = await this.run('announce', shard, [JSON.stringify({ n: nodes, c: changes })]);
        return batch.flatMap(({ due }, i) => (Number((reply as number[])[i]) === 1 ? [due.userId] : []));
      }),
    );
    return new Set(told.flat());
  }

  /** Gives users back: what was told of them is on record. */
  async settle(settled: readonly Settled[]): Promise<void> {
    const runs = [...byShard(settled, ({ due }) => due.userId)].map(([shard, those]) =>
      this.run('settle', shard, [
        REST_MS,
        ...those.flatMap(({ due, isNews, nextLookMs }) => [
          due.userId,
          due.upTo,
          nextLookMs ?? -1,
          isNews ? 1 : 0,
        ]),
      ]),
    );
    await Promise.all(runs);
  }

  private run(
    name: keyof typeof scripts,
    shard: number,
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const prefix = shardPrefix(this.config.redis.prefix, shard);
    return scripts[name].run(this.redis, `${prefix}state`, [prefix, ...args]);
  }
}

function byShard<T>(items: readonly T[], userIdOf: (item: T) => string): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const shard = shardOf(userIdOf(item));
    groups.set(shard, [...(groups.get(shard) ?? []), item]);
  }
  return groups;
}

/** What is of one shard goes together, as long as it does not hold up Redis. */
function batchesOf(news: readonly PresenceNews[]): [shard: number, batch: PresenceNews[]][] {
  return [...byShard(news, ({ due }) => due.userId)].flatMap(([shard, those]) => {
    const batches: PresenceNews[][] = [];
    let named = Infinity;
    for (const one of those) {
      const names = one.except.length + [...one.hearers.values()].reduce((sum, some) => sum + some.length, 0);
      named += names;
      if (named > NAMED_AT_ONCE) {
        batches.push([]);
        named = names;
      }
      batches.at(-1)?.push(one);
    }
    return batches.map((batch): [number, PresenceNews[]] => [shard, batch]);
  });
}

function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1] ?? '';
  return fields;
}
