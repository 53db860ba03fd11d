import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { FilesModule } from '../files/files.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { Moderate } from './moderate.js';
import { ModerationAction } from './moderation-action.entity.js';
import { ModerationLog } from './moderation-log.js';
import { ModerationController } from './moderation.controller.js';
import { ReportMessageController } from './report-message.controller.js';
import { ReportMessage } from './report-message.js';
import { Report } from './report.entity.js';
import { ReportedFilesController } from './reported-files.controller.js';
import { ReportsController } from './reports.controller.js';
import { Reports } from './reports.service.js';
import { ReportsStore } from './reports.store.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Report, ModerationAction]),
    IdsModule,
    LedgerModule,
    ConversationsModule,
    FilesModule,
    MessagingModule,
  ],
  controllers: [ReportMessageController, ReportsController, ReportedFilesController, ModerationController],
  providers: [ReportsStore, ModerationLog, Moderate, ReportMessage, Reports],
})
export class ModerationModule {}
