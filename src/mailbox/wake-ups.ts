import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../platform/config/config.js';
import { SubscriptionsRedis } from '../platform/redis/redis.clients.js';
import { Attachments } from './attachments.js';
import { parsePosition } from './cursor.js';
import { MailboxEvent } from './event.js';
import { decodePublication } from './notice.js';
import { decodeReference } from './reference.js';
import { SHARDS, shardPrefix } from './shards.js';
import { Typists } from './typists.js';
import { Watches } from './watches.js';

/**
 * Receives what the scripts publish to this node, and hands it to the local connections. Each wake-up of a shard has a
 * number: a hole means that wake-ups were lost, and the shard's connections read for themselves. Notices have none.
 */
@Injectable()
export class WakeUps implements OnModuleInit {
  /** The last number seen from each shard; undefined where the count is not known. */
  private numbers: (number | undefined)[] = [];
  private readonly logger = new Logger(WakeUps.name);
  private readonly channel = /\{m(\d+)\}:(node|show|presence):/;

  constructor(
    @Inject(SubscriptionsRedis) private readonly redis: Redis,
    private readonly attachments: Attachments,
    private readonly typists: Typists,
    private readonly watches: Watches,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.redis.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      const [, shard, kind] = this.channel.exec(channel.toString()) ?? [];
      if (kind === 'show') this.show(message.toString());
      else if (kind === 'presence') this.watches.show(message.toString());
      else this.receive(Number(shard), linesOf(message));
    });
  }

  /** Listens under the node's name, and has every connection read what came while nobody listened. */
  async subscribe(node: string): Promise<void> {
    const channels = Array.from({ length: SHARDS }, (_, shard) =>
      ['node', 'show', 'presence'].map(
        (kind) => `${shardPrefix(this.config.redis.prefix, shard)}${kind}:${node}`,
      ),
    ).flat();
    this.numbers = [];
    await this.redis.ssubscribe(...channels);
    for (const { listener } of this.attachments.all()) listener.refresh();
  }

  /** The connection that listens is there again, and its subscription is gone. */
  onBack(listener: () => void): void {
    this.redis.on('ready', listener);
  }

  /** Resolves when all that Redis had sent before has been received. */
  async ping(): Promise<void> {
    await this.redis.ping();
  }

  /** Gives up the connection that listens, for a new one. */
  reconnect(): void {
    this.redis.disconnect(true);
  }

  async unsubscribe(): Promise<void> {
    if (this.redis.status === 'ready') await this.redis.sunsubscribe();
  }

  /** The shards' counts begin anew. */
  forget(shards: readonly number[]): void {
    for (const shard of shards) this.numbers[shard] = undefined;
  }

  /** So many wake-ups each shard has sent to this node; whoever follows must read after this what came before. */
  countFrom(numbers: readonly number[]): void {
    for (const [shard, number] of numbers.entries())
      this.numbers[shard] = Math.max(this.numbers[shard] ?? 0, number);
  }

  /** Whether all that a shard has sent has arrived; a subscription can die without a sign. */
  hasReceived(shard: number, number: number): boolean {
    const seen = this.numbers[shard];
    return seen === undefined || seen >= number;
  }

  private show(message: string): void {
    const published = decodePublication(message);
    if (!published) return;
    const { userIds, notice } = published;
    if (notice.kind === 'typing') return this.typists.note(notice, userIds);
    const event = new MailboxEvent(null, notice.type, notice.body);
    for (const userId of userIds) this.attachments.show(userId, event);
  }

  private receive(shard: number, lines: readonly string[]): void {
    const number = Number(lines[0]);
    const previous = this.numbers[shard];
    this.numbers[shard] = number;
    // The first after subscribing may come before the subscription is known to stand: what came before it is unknown.
    // So it is of the first of a count, which begins anew when others have unregistered this node's connections.
    if (previous === undefined || number === 1 || number !== previous + 1) {
      if (previous !== undefined && number !== previous + 1)
        this.logger.warn(`wake-ups ${previous + 1} to ${number - 1} of shard ${shard} were lost`);
      for (const { listener } of this.attachments.all(shard)) listener.refresh();
    }
    for (let i = 1; i < lines.length; i += 1) this.wake(lines[i] ?? '');
  }

  private wake(line: string): void {
    const [cursor = '', encoded = '', users = ''] = line.split('\t', 3);
    const reference = decodeReference(encoded);
    if (!reference) return;
    this.typists.follow(reference);
    const body = line.slice(cursor.length + encoded.length + users.length + 3);
    const position = parsePosition(cursor);
    const event = body === '' ? undefined : new MailboxEvent(cursor, reference.type, body);
    for (const userId of users.split(',')) this.attachments.wake(userId, { position, reference, event });
  }
}

const NEWLINE = 10;

/**
 * Each line as a string of its own. Were they parts of one string, whoever keeps an event, or but an id of it, would keep
 * all that came with it.
 */
function linesOf(message: Buffer): string[] {
  const lines: string[] = [];
  for (let from = 0; from <= message.length;) {
    const found = message.indexOf(NEWLINE, from);
    const end = found < 0 ? message.length : found;
    lines.push(message.toString('utf8', from, end));
    from = end + 1;
  }
  return lines;
}
