import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { FilesModule } from '../files/files.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { JobsModule } from '../platform/jobs/jobs.module.js';
import { UsersModule } from '../users/users.module.js';
import { AcknowledgeBroadcast } from './acknowledge-broadcast.js';
import { Audiences } from './audiences.js';
import { BroadcastAction } from './broadcast-action.entity.js';
import { BroadcastChange } from './broadcast-change.entity.js';
import { BroadcastChangesStore } from './broadcast-changes.store.js';
import { BroadcastFile } from './broadcast-file.entity.js';
import { BroadcastFilesStore } from './broadcast-files.store.js';
import { BroadcastReceipt } from './broadcast-receipt.entity.js';
import { BroadcastReceipts } from './broadcast-receipts.js';
import { Broadcast } from './broadcast.entity.js';
import { BroadcastsController } from './broadcasts.controller.js';
import { BroadcastsService } from './broadcasts.service.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { Caster } from './caster.js';
import { ChangeBroadcast } from './change-broadcast.js';
import { CreateBroadcast } from './create-broadcast.js';
import { MyBroadcasts } from './my-broadcasts.js';
import { Publications } from './publications.js';
import { PublishDue } from './publish-due.js';
import { PublishingController } from './publishing.controller.js';
import { References } from './references.js';
import { RemindBroadcast } from './remind-broadcast.js';
import { ShownFiles } from './shown-files.js';
import { Statistics } from './statistics.js';
import { Unacknowledged } from './unacknowledged.js';
import { UnacknowledgedController } from './unacknowledged.controller.js';
import { ReceiptsStore } from './receipts.store.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Broadcast, BroadcastChange, BroadcastFile, BroadcastReceipt, BroadcastAction]),
    ConversationsModule,
    FilesModule,
    IdsModule,
    JobsModule,
    MailboxModule,
    UsersModule,
  ],
  controllers: [PublishingController, UnacknowledgedController, BroadcastsController],
  providers: [
    AcknowledgeBroadcast,
    Audiences,
    BroadcastChangesStore,
    BroadcastFilesStore,
    BroadcastReceipts,
    BroadcastsService,
    BroadcastsStore,
    Caster,
    ChangeBroadcast,
    CreateBroadcast,
    MyBroadcasts,
    Publications,
    PublishDue,
    ReceiptsStore,
    References,
    RemindBroadcast,
    ShownFiles,
    Statistics,
    Unacknowledged,
  ],
  exports: [MyBroadcasts, BroadcastReceipts, AcknowledgeBroadcast],
})
export class BroadcastModule {}
