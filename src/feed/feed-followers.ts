import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { NodeIdentity } from '../platform/ids/node-identity.js';
import { ChangeFeed } from './change-feed.js';
import { FeedFollower, type FeedPurpose } from './feed-follower.js';
import { FeedStore } from './feed.store.js';

/** This node's part in following the feeds: each purpose has a loop of its own, so that a slow one holds up nobody. */
@Injectable()
export class FeedFollowers implements BeforeApplicationShutdown {
  private readonly followers: FeedFollower[] = [];

  constructor(
    private readonly feed: ChangeFeed,
    private readonly store: FeedStore,
    private readonly identity: NodeIdentity,
  ) {}

  /** Begins to follow, with what the purpose has missed. The nodes that follow for one purpose share the work. */
  follow(purpose: FeedPurpose): void {
    const follower = new FeedFollower(purpose, this.store, () => String(this.identity.nodeNumber));
    this.feed.onAppend((shard) => follower.expect(shard));
    this.followers.push(follower);
    follower.begin();
  }

  /** What is under way is finished; the rest is another node's, or for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.end()));
  }
}
