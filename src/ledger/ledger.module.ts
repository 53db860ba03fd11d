import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FeedModule } from '../feed/feed.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { ConversationHead } from './conversation-head.entity.js';
import { Dispatcher } from './dispatcher.js';
import { GroupCommit } from './group-commit.js';
import { HeldFilesStore } from './held-files.store.js';
import { LateDispatch } from './late-dispatch.entity.js';
import { LateDispatches } from './late-dispatches.js';
import { LedgerService } from './ledger.service.js';
import { LedgerStore } from './ledger.store.js';
import { Member } from './member.entity.js';
import { MemberLists } from './member-lists.js';
import { Message } from './message.entity.js';
import { MessageStore } from './message.store.js';
import { MessageViews } from './message-views.js';
import { OutboxBatch } from './outbox.entity.js';
import { OutboxDeliveries } from './outbox-deliveries.js';
import { OutboxStore } from './outbox.store.js';
import { PairsStore } from './pairs.store.js';
import { RecordChanges } from './record-changes.js';
import { ThreadStore } from './thread.store.js';
import { WriterLanes } from './writer-lanes.js';

@Module({
  imports: [
    MailboxModule,
    FeedModule,
    IdsModule,
    TypeOrmModule.forFeature([ConversationHead, Member, Message, OutboxBatch, LateDispatch]),
  ],
  providers: [
    LedgerStore,
    HeldFilesStore,
    PairsStore,
    MessageStore,
    MessageViews,
    OutboxStore,
    ThreadStore,
    MemberLists,
    OutboxDeliveries,
    LateDispatches,
    Dispatcher,
    GroupCommit,
    WriterLanes,
    RecordChanges,
    LedgerService,
  ],
  exports: [HeldFilesStore, LedgerService, LedgerStore, MessageStore, MessageViews, OutboxStore, PairsStore],
})
export class LedgerModule {}
