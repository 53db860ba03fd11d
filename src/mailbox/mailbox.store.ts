import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import { CommandsRedis } from '../platform/redis/redis.clients.js';
import { gathered } from '../platform/redis/gathered.js';
import { Script } from '../platform/redis/script.js';
import { type Position, parsePosition } from './cursor.js';
import { type Reference, decodeReference } from './reference.js';
import { SHARDS, shardOf, shardPrefix } from './shards.js';
import { GRACE_MS } from './whereabouts.js';

const script = (name: string): Script => new Script(new URL(`./lua/${name}.lua`, import.meta.url));
const scripts = {
  append: script('append'),
  open: script('open'),
  close: script('close'),
  read: script('read'),
  beat: script('beat'),
};

/** The shard answered from another epoch than the caller knows: Redis has restarted, failed over or was emptied. */
export class EpochChanged extends ChatError {
  constructor(shard: number) {
    super('unavailable', 'service.unavailable', `Redis is being restored (shard ${shard}).`, {
      retryAfterSeconds: 1,
    });
  }
}

export interface Entry {
  readonly position: Position;
  readonly reference: Reference | undefined;
}

/** Casts up to the number `cast` will not come after the tail any more. */
export type MailboxPage =
  | {
      readonly kind: 'page';
      readonly tail: Position;
      readonly cast: number;
      readonly entries: readonly Entry[];
    }
  | { readonly kind: 'gap'; readonly tail: Position; readonly cast: number; readonly why: 'old' | 'future' };

export type Opened = { readonly kind: 'open'; readonly tail: Position } | { readonly kind: 'full' };

/** One event for a shard: its conversation's rev (0: not numbered), and whom of the header's audiences it is for. */
export type AppendEvent = readonly [rev: number, reference: string, audience: number, body: number];
export type AppendConversation = readonly [
  conversationId: string,
  firstRev: number,
  lastRev: number,
  settledRev: number,
  events: readonly AppendEvent[],
];
export interface AppendHeader {
  readonly a: readonly (readonly string[])[];
  readonly c: readonly AppendConversation[];
}
/** `stale`: it came to its turn too late, and nothing was done. */
export type Appended =
  | { readonly kind: 'ok'; readonly refused: readonly string[] }
  | { readonly kind: 'late' }
  | { readonly kind: 'stale' };

export interface AppendBatch {
  readonly committedMs: number;
  readonly latestMs: number;
  /** Milliseconds within which it must come to its turn; without them it may take its time. */
  readonly withinMs?: number | undefined;
  readonly header: AppendHeader;
  readonly bodies: readonly string[];
}

/** Seconds for which a shard remembers the last rev of a conversation; after that the outbox is asked. */
const REV_MEMORY_SECONDS = 3600;

/** Runs the scripts of the mailboxes: all that Redis knows of them, it knows through these. */
@Injectable()
export class MailboxStore {
  /** Each shard's clock less this node's steady one, as of its last answer to an append. */
  private readonly clocks = new Map<number, number>();

  constructor(
    @Inject(CommandsRedis) private readonly redis: Redis,
    private readonly config: Config,
  ) {
    // Another server may answer next, with another clock.
    this.onLost(() => this.clocks.clear());
  }

  get isReachable(): boolean {
    return this.redis.status === 'ready';
  }

  onLost(listener: () => void): void {
    this.redis.on('close', listener);
  }

  /** What Redis holds may be another's, or nothing, by then. */
  onBack(listener: () => void): void {
    this.redis.on('ready', listener);
  }

  /**
   * Identifies one run of one server process: another one may have lost the last writes. It knows the scripts from then on: a
   * connection that closes is not overtaken by its own registration.
   */
  async runId(): Promise<string> {
    await Promise.all(Object.values(scripts).map((script) => script.load(this.redis)));
    const id = /^run_id:(\w+)/m.exec(await this.redis.info('server'))?.[1];
    if (!id) throw new Error('Redis does not tell its run_id');
    return id;
  }

  async append(shard: number, epoch: string, batch: AppendBatch): Promise<Appended> {
    const { committedMs, latestMs, withinMs, header, bodies } = batch;
    const reply = await scripts.append.run(this.redis, this.state(shard), [
      shardPrefix(this.config.redis.prefix, shard),
      epoch,
      committedMs,
      latestMs,
      this.config.mailbox.length,
      REV_MEMORY_SECONDS,
      JSON.stringify({ ...header, before: this.timeIn(shard, withinMs) }),
      ...bodies,
    ]);
    const [kind, now, refused] = reply as [Appended['kind'] | 'epoch', number, string[]];
    if (kind === 'epoch') throw new EpochChanged(shard);
    if (kind === 'late') return { kind };
    this.clocks.set(shard, Number(now) - performance.now());
    return kind === 'stale' ? { kind } : { kind, refused };
  }

  /**
   * Registers a connection, or with an empty connection id only opens the mailbox for a while. `isAgain`: the connection
   * was registered before, and that was lost.
   */
  async open(
    epoch: string,
    userId: string,
    connectionId: string,
    node: string,
    { isIdle = false, isAgain = false } = {},
  ): Promise<Opened> {
    const shard = shardOf(userId);
    const reply = await scripts.open.run(this.redis, this.state(shard), [
      shardPrefix(this.config.redis.prefix, shard),
      epoch,
      userId,
      connectionId,
      node,
      this.config.limits.connectionsPerUser,
      this.retentionMs,
      GRACE_MS,
      isIdle ? 1 : 0,
      isAgain ? 1 : 0,
    ]);
    const [kind, tail] = reply as [string, string];
    if (kind === 'epoch') throw new EpochChanged(shard);
    return kind === 'full' ? { kind } : { kind: 'open', tail: parsePosition(tail) };
  }

  /** Unregisters one connection; one that another node has taken over since stays. */
  async close(userId: string, connectionId: string, node: string, graceMs: number): Promise<void> {
    const shard = shardOf(userId);
    await scripts.close.run(this.redis, this.state(shard), [
      shardPrefix(this.config.redis.prefix, shard),
      node,
      this.retentionMs,
      graceMs,
      userId,
      connectionId,
    ]);
  }

  /** Unregisters up to 200 connections of a node that is gone, or goes; returns how many are left. */
  async sweep(shard: number, node: string, graceMs: number): Promise<number> {
    const reply = await scripts.close.run(this.redis, this.state(shard), [
      shardPrefix(this.config.redis.prefix, shard),
      node,
      this.retentionMs,
      graceMs,
    ]);
    return Number((reply as [number])[0]);
  }

  async read(epoch: string, userId: string, after: Position, limit: number): Promise<MailboxPage> {
    const shard = shardOf(userId);
    const reply = await scripts.read.run(this.redis, this.state(shard), [
      shardPrefix(this.config.redis.prefix, shard),
      epoch,
      userId,
      after.ms,
      after.n,
      limit,
    ]);
    const [kind, tail, cast, rest] = reply as [string, string, number, string[] | string];
    if (kind === 'epoch') throw new EpochChanged(shard);
    const common = { tail: parsePosition(tail), cast };
    if (kind === 'gap') return { kind, ...common, why: rest === 'future' ? 'future' : 'old' };
    return { kind: 'page', ...common, entries: entries(rest as string[]) };
  }

  /** Renews the lease if it still stands, or begins it; tells whether it stood, and which nodes are gone. */
  async beat(node: string, leaseMs: number, begins: boolean): Promise<{ stood: boolean; gone: string[] }> {
    const reply = await scripts.beat.run(this.redis, this.nodesKey, [node, leaseMs, begins ? 1 : 0]);
    const [stood, ...gone] = reply as [number, ...string[]];
    return { stood: Number(stood) === 1, gone };
  }

  /** Those with a lease. */
  async nodes(): Promise<string[]> {
    return this.redis.zrange(this.nodesKey, '0', '-1');
  }

  /** The names under which connections are registered, with a lease or without. */
  async holders(): Promise<ReadonlySet<string>> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shardPrefix(this.config.redis.prefix, shard));
    const found = await Promise.all(shards.map((prefix) => this.redis.smembers(`${prefix}holders`)));
    return new Set(found.flat());
  }

  async forgetNode(node: string): Promise<void> {
    await this.redis.zrem(this.nodesKey, node);
  }

  /** The epoch that each shard has now, and how many wake-ups it has sent to the node. */
  async shardStates(
    shards: readonly number[],
    node: string,
  ): Promise<{ epoch: string | null; wakes: number }[]> {
    const pipeline = this.redis.pipeline();
    for (const shard of shards) {
      pipeline.hget(this.state(shard), 'epoch');
      pipeline.hget(`${shardPrefix(this.config.redis.prefix, shard)}wakes`, node);
    }
    const replies = (await pipeline.exec()) ?? [];
    return shards.map((_, i) => {
      const [epochError, epoch] = replies[2 * i] ?? [new Error('no reply')];
      const [wakesError, wakes] = replies[2 * i + 1] ?? [new Error('no reply')];
      const error = epochError ?? wakesError;
      if (error) throw error;
      return { epoch: epoch as string | null, wakes: Number(wakes ?? 0) };
    });
  }

  /** The last position that the user's shard has given out; undefined when it has given out none. */
  async tail(userId: string): Promise<Position | undefined> {
    const [ms, n] = await gathered(this.redis).hmget(this.state(shardOf(userId)), 'ms', 'n');
    return ms && n ? { ms: Number(ms), n: Number(n) } : undefined;
  }

  /** Entries after a position up to another, included, at most so many; without a first position, from the beginning. */
  async range(userId: string, after: Position | undefined, upTo: Position, limit: number): Promise<Entry[]> {
    const start = after ? `(${after.ms}-${after.n}` : '-';
    const found = await gathered(this.redis).xrange(
      this.key('box', userId),
      start,
      `${upTo.ms}-${upTo.n}`,
      'COUNT',
      limit,
    );
    return entries(found.flatMap(([cursor, fields]) => [cursor, fields[1] ?? '']));
  }

  /** In so many milliseconds, by the shard's clock; undefined as long as that is not known. */
  private timeIn(shard: number, ms: number | undefined): number | undefined {
    const clock = this.clocks.get(shard);
    return clock === undefined || ms === undefined ? undefined : Math.ceil(clock + performance.now() + ms);
  }

  private key(kind: 'box', userId: string): string {
    return `${shardPrefix(this.config.redis.prefix, shardOf(userId))}${kind}:${userId}`;
  }

  private state(shard: number): string {
    return `${shardPrefix(this.config.redis.prefix, shard)}state`;
  }

  private get nodesKey(): string {
    return `${this.config.redis.prefix}nodes`;
  }

  private get retentionMs(): number {
    return this.config.mailbox.retentionHours * 3_600_000;
  }
}

function entries(flat: readonly string[]): Entry[] {
  const page: Entry[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    page.push({ position: parsePosition(flat[i] ?? ''), reference: decodeReference(flat[i + 1] ?? '') });
  }
  return page;
}
