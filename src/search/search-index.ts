import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { FeedFollowers } from '../feed/feed-followers.js';
import type { Reference } from '../mailbox/reference.js';
import { Indexer } from './indexer.js';
import { PositionStore } from './position.store.js';

/** Conversations that are looked at together when the index goes on from MySQL. */
const PAGE = 1_000;

/** Keeps the index in step: with the feed while all is well, else conversation by conversation from MySQL. */
@Injectable()
export class SearchIndex implements OnApplicationBootstrap {
  constructor(
    private readonly followers: FeedFollowers,
    private readonly indexer: Indexer,
    private readonly positions: PositionStore,
  ) {}

  onApplicationBootstrap(): void {
    this.followers.follow({
      name: 'search',
      handle: (changes) => this.handle(changes),
      catchUp: (signal) => this.catchUp(signal),
    });
  }

  /** What exactly has changed the messages themselves say. */
  private async handle(changes: readonly Reference[]): Promise<void> {
    const ofMessages = changes.filter(({ type }) => type.startsWith('message.'));
    await this.indexer.index([...new Set(ofMessages.map(({ conversationId }) => conversationId))]);
  }

  /**
   * Indexes whatever is not: after a loss of Redis, and all messages that are older than the index. What was done when a
   * node ends is not done again.
   */
  private async catchUp(signal: AbortSignal): Promise<void> {
    for (let after = '0'; !signal.aborted;) {
      const page = await this.positions.findAfter(after, PAGE);
      const behind = page.filter(({ isBehind }) => isBehind);
      await this.indexer.index(
        behind.map(({ conversationId }) => conversationId),
        signal,
      );
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.conversationId;
    }
  }
}
