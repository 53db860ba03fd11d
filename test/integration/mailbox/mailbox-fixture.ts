import { Redis } from 'ioredis';
import { AcknowledgementStore } from '../../../src/mailbox/acknowledgement.store.js';
import { cutByShard, type ConversationDelivery } from '../../../src/mailbox/delivery.js';
import { EpochStore, type Present } from '../../../src/mailbox/epoch.store.js';
import { type Entry, MailboxStore } from '../../../src/mailbox/mailbox.store.js';
import { PresenceLooks } from '../../../src/mailbox/presence-looks.js';
import { SHARDS, shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { Whereabouts } from '../../../src/mailbox/whereabouts.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { connectRedis } from '../../../src/platform/redis/redis.clients.js';
import { uniquePrefix } from '../../support/node.js';

export const EPOCH_MS = 1_800_000_000_000;

/** The mailboxes of one installation, as the scripts keep them: no node, no clock but the one given. */
export class Mailboxes {
  readonly prefix = uniquePrefix();
  readonly store: MailboxStore;
  readonly beginnings: EpochStore;
  readonly notes: AcknowledgementStore;
  readonly looks: PresenceLooks;
  readonly whereabouts: Whereabouts;
  readonly redis: Redis;
  epochs: string[] = [];
  private committedMs = EPOCH_MS;

  constructor(redisUrl: string, settings: Record<string, string> = {}) {
    const config = parseConfig({
      DATABASE_URL: 'mysql://nobody@nowhere/none',
      REDIS_URL: redisUrl,
      REDIS_PREFIX: this.prefix,
      ...settings,
    });
    this.redis = connectRedis(redisUrl, 'test', { enableOfflineQueue: true });
    this.store = new MailboxStore(this.redis, config);
    this.beginnings = new EpochStore(this.redis, config);
    this.notes = new AcknowledgementStore(this.redis, config);
    this.looks = new PresenceLooks(this.redis, this.store, config);
    this.whereabouts = new Whereabouts(this.redis, config);
  }

  async establish(run = 'run1', word = 'word', nowMs = EPOCH_MS, cast = 0): Promise<string[]> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    this.epochs = await Promise.all(shards.map((shard) => this.begin(shard, run, word, { nowMs, cast })));
    return this.epochs;
  }

  /** The shard's epoch, begun in the given present where none stands. */
  async begin(shard: number, run: string, word: string, present: Present): Promise<string> {
    const announced = await this.beginnings.announce(shard, run, word);
    const epoch = await this.beginnings.establish(shard, run, announced, present);
    if (epoch === undefined) throw new Error('the announcement has gone');
    return epoch;
  }

  epochOf = (userId: string): string => this.epochs[shardOf(userId)] ?? '';

  connect(userId: string, connection = 'c1', node = 'n1') {
    return this.store.open(this.epochOf(userId), userId, connection, node);
  }

  /** Opens the mailbox without a connection. */
  open(userId: string) {
    return this.store.open(this.epochOf(userId), userId, '', '');
  }

  /** Returns the conversations that some shard refused. A shard can be left out, as by a node that dies on the way. */
  async deliver(
    deliveries: readonly ConversationDelivery[],
    { except = undefined as number | undefined, committedMs = (this.committedMs += 1) } = {},
  ): Promise<Set<string>> {
    const refused = new Set<string>();
    for (const [shard, batch] of cutByShard(deliveries)) {
      if (shard === except) continue;
      const answer = await this.store.append(shard, this.epochs[shard] ?? '', {
        committedMs,
        latestMs: Number.MAX_SAFE_INTEGER,
        ...batch,
      });
      if (answer.kind !== 'ok') throw new Error(answer.kind);
      for (const id of answer.refused) refused.add(id);
    }
    return refused;
  }

  read(userId: string, after: { ms: number; n: number }, limit = 1_000) {
    return this.store.read(this.epochOf(userId), userId, after, limit);
  }

  /** All that the mailbox holds. */
  entries(userId: string): Promise<Entry[]> {
    return this.store.range(userId, undefined, { ms: 9_999_999_999_999, n: 0 }, 10_000);
  }

  async revs(userId: string, conversationId: string): Promise<number[]> {
    const found = (await this.entries(userId)).flatMap(({ reference }) => reference ?? []);
    return found.filter((one) => one.conversationId === conversationId).map(({ rev }) => rev);
  }

  key(kind: string, userId: string): string {
    return `${shardPrefix(this.prefix, shardOf(userId))}${kind}:${userId}`;
  }

  keys(): Promise<string[]> {
    return this.redis.keys(`${this.prefix.replaceAll(/[[\]?*]/g, '?')}*`);
  }

  close(): void {
    this.redis.disconnect();
  }
}

/** So many users whose mailboxes are in different shards. */
export function usersInDifferentShards(count: number, newId: () => string): string[] {
  const found = new Map<number, string>();
  while (found.size < count) {
    const id = newId();
    if (!found.has(shardOf(id))) found.set(shardOf(id), id);
  }
  return [...found.values()];
}
