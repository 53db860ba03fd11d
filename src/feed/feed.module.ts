import { Module } from '@nestjs/common';
import { IdsModule } from '../platform/ids/ids.module.js';
import { RedisModule } from '../platform/redis/redis.module.js';
import { ChangeFeed } from './change-feed.js';
import { FeedFollowers } from './feed-followers.js';
import { FeedStore } from './feed.store.js';

@Module({
  imports: [RedisModule, IdsModule],
  providers: [FeedStore, ChangeFeed, FeedFollowers],
  exports: [ChangeFeed, FeedFollowers],
})
export class FeedModule {}
