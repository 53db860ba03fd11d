import { Logger } from '@nestjs/common';
import type { Reference } from '../mailbox/reference.js';
import { every } from '../platform/jobs/every.js';
import { ALL_SHARDS, type FeedPage, type FeedStore } from './feed.store.js';

/** Milliseconds between two looks at the feeds that this node has appended to: what comes meanwhile is handled together. */
const LOOK_MS = 400;
/** Every so many looks at all feeds: what a dead or busy node has left is there. */
const LOOKS_PER_ROUND = 3;

/** Why somebody follows the feeds. */
export interface FeedPurpose {
  /** The consumer group's. */
  readonly name: string;
  /** Must be safe to repeat: a change may come more than once, and in any order. When it throws, the changes come again. */
  handle(changes: readonly Reference[]): Promise<void>;
  /**
   * Goes on from MySQL: changes may never have come, because Redis lost them, or because they were dropped from a feed
   * that nobody read for too long. Called at the start, too; until it succeeds, and not twice at once.
   */
  catchUp(signal: AbortSignal): Promise<void>;
}

/** Follows all feeds for one purpose, together with the same followers of the other nodes. */
export class FeedFollower {
  private readonly expected = new Set<number>();
  /** Under which epoch each shard was read last. */
  private readonly epochs = new Map<number, string>();
  private looks = 0;
  private mayHaveMissed = true;
  private catchingUp: Promise<void> | undefined;
  private looking: Promise<void> | undefined;
  private readonly ending = new AbortController();
  private stop: () => void = () => undefined;
  private readonly logger = new Logger(FeedFollower.name);

  constructor(
    private readonly purpose: FeedPurpose,
    private readonly store: FeedStore,
    private readonly consumer: () => string,
  ) {}

  begin(): void {
    this.stop = every(LOOK_MS, this.logger, `the feed for ${this.purpose.name} was not followed`, () => {
      this.looking = this.look();
      return this.looking;
    });
  }

  async end(): Promise<void> {
    this.stop();
    this.ending.abort();
    await this.looking?.catch(() => undefined);
    await this.catchingUp;
  }

  /** Something is in this shard's feed. */
  expect(shard: number): void {
    this.expected.add(shard);
  }

  private async look(): Promise<void> {
    if (!this.store.isReachable) return;
    const isRound = this.looks % LOOKS_PER_ROUND === 0;
    this.looks += 1;
    let shards = isRound ? ALL_SHARDS : [...this.expected];
    this.expected.clear();
    while (shards.length > 0 && !this.ending.signal.aborted) {
      const pages = await Promise.all(
        shards.map((shard) => this.store.take(shard, this.purpose.name, this.consumer())),
      );
      for (const page of pages) this.notice(page);
      this.catchUpIfNeeded();
      await this.handle(pages);
      shards = pages.filter(({ isFull }) => isFull).map(({ shard }) => shard);
    }
  }

  private async handle(pages: readonly FeedPage[]): Promise<void> {
    const changes = pages.flatMap((page) => page.changes);
    if (changes.length > 0) await this.purpose.handle(changes);
    await Promise.all(pages.map((page) => this.store.acknowledge(page, this.purpose.name)));
  }

  private notice({ shard, epoch, hasHole }: FeedPage): void {
    this.mayHaveMissed ||= hasHole || this.epochs.get(shard) !== epoch;
    this.epochs.set(shard, epoch);
  }

  private catchUpIfNeeded(): void {
    if (!this.mayHaveMissed || this.catchingUp) return;
    this.mayHaveMissed = false;
    this.catchingUp = this.purpose
      .catchUp(this.ending.signal)
      .catch((error: unknown) => {
        this.mayHaveMissed = true;
        this.logger.warn(`${this.purpose.name} has not caught up: ${String(error)}`);
      })
      .finally(() => {
        this.catchingUp = undefined;
      });
  }
}
