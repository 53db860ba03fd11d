import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { CandidateStore } from './candidate.store.js';
import { CorrectIndex } from './correct-index.js';
import { Indexer } from './indexer.js';
import { PositionStore } from './position.store.js';
import { SearchController } from './search.controller.js';
import { SearchIndex } from './search-index.js';
import { SearchPosition, SearchSlice, SearchTerm } from './search-index.entity.js';
import { SearchService } from './search.service.js';
import { SliceStore } from './slice.store.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([SearchPosition, SearchSlice, SearchTerm]),
    ConversationsModule,
    MessagingModule,
    FeedModule,
  ],
  controllers: [SearchController],
  providers: [PositionStore, SliceStore, CorrectIndex, Indexer, SearchIndex, CandidateStore, SearchService],
})
export class SearchModule {}
