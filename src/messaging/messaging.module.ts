import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { FilesModule } from '../files/files.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { JobsModule } from '../platform/jobs/jobs.module.js';
import { UsersModule } from '../users/users.module.js';
import { WordFilterModule } from '../word-filter/word-filter.module.js';
import { ComposeMessage } from './compose-message.js';
import { DeleteMessage } from './delete-message.js';
import { DirectRecipients } from './direct-recipients.js';
import { DraftsController } from './drafts/drafts.controller.js';
import { DraftsService } from './drafts/drafts.service.js';
import { DraftsStore } from './drafts/drafts.store.js';
import { EditMessage } from './edit-message.js';
import { Forwarding } from './forwarding.js';
import { History } from './history.js';
import { MessageChanges } from './message-changes.js';
import { MessageChangesController } from './message-changes.controller.js';
import { MessageHistoryStore } from './message-history.store.js';
import { MessagesController } from './messages.controller.js';
import { MissedMessages } from './missed-messages.js';
import { MissedStore } from './missed.store.js';
import { PinMessage } from './pin-message.js';
import { React } from './react.js';
import { MessageReceipts } from './receipts/message-receipts.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { ReceiptsService } from './receipts/receipts.service.js';
import { ReceiptsStore } from './receipts/receipts.store.js';
import { ScheduledMessage } from './scheduled/scheduled-message.entity.js';
import { ScheduledMessagesController } from './scheduled/scheduled-messages.controller.js';
import { ScheduledMessagesService } from './scheduled/scheduled-messages.service.js';
import { ScheduledMessagesStore } from './scheduled/scheduled-messages.store.js';
import { SendScheduled } from './scheduled/send-scheduled.js';
import { SendMessage } from './send-message.js';
import { ThreadsController } from './threads/threads.controller.js';
import { Threads } from './threads/threads.service.js';
import { ThreadsStore } from './threads/threads.store.js';
import { TypingController } from './typing/typing.controller.js';
import { TypingService } from './typing/typing.service.js';

@Module({
  imports: [
    ConversationsModule,
    FilesModule,
    LedgerModule,
    MailboxModule,
    UsersModule,
    WordFilterModule,
    IdsModule,
    JobsModule,
    TypeOrmModule.forFeature([ScheduledMessage]),
  ],
  controllers: [
    MessagesController,
    MessageChangesController,
    ReceiptsController,
    ThreadsController,
    ScheduledMessagesController,
    DraftsController,
    TypingController,
  ],
  providers: [
    SendMessage,
    ComposeMessage,
    DirectRecipients,
    Forwarding,
    EditMessage,
    DeleteMessage,
    React,
    PinMessage,
    MessageChanges,
    MessageHistoryStore,
    History,
    MissedMessages,
    MissedStore,
    ReceiptsService,
    ReceiptsStore,
    MessageReceipts,
    ScheduledMessagesService,
    ScheduledMessagesStore,
    SendScheduled,
    DraftsService,
    DraftsStore,
    Threads,
    ThreadsStore,
    TypingService,
  ],
  exports: [
    History,
    SendMessage,
    EditMessage,
    DeleteMessage,
    React,
    MissedMessages,
    ReceiptsService,
    TypingService,
  ],
})
export class MessagingModule {}
