import { Injectable } from '@nestjs/common';
import type { Reference } from '../mailbox/reference.js';
import { FeedStore } from './feed.store.js';

/** What has changed, for whatever must react to every change: search, webhooks, push. */
@Injectable()
export class ChangeFeed {
  private readonly listeners: ((shard: number) => void)[] = [];

  constructor(private readonly store: FeedStore) {}

  /**
   * Appends the numbered ones of the changes, all or, when this throws, perhaps some of them: whoever appends must do
   * so again until it succeeds. So every change is in a feed at least once, also where nobody has a mailbox.
   */
  async append(changes: readonly Reference[]): Promise<void> {
    const shards = await this.store.append(changes.filter(({ rev }) => rev > 0));
    for (const shard of shards) for (const listener of this.listeners) listener(shard);
  }

  /** Calls the listener with each shard that this node has appended to. */
  onAppend(listener: (shard: number) => void): void {
    this.listeners.push(listener);
  }
}
