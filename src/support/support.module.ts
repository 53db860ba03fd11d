import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { UsersModule } from '../users/users.module.js';
import { WordFilterModule } from '../word-filter/word-filter.module.js';
import { ChangeRequest } from './requests/change-request.js';
import { ClaimRequests } from './requests/claim-requests.js';
import { HandleRequest } from './requests/handle-request.js';
import { OpenRequest } from './requests/open-request.js';
import { RequestNews } from './requests/request-news.js';
import { SupportRequest } from './requests/request.entity.js';
import { RequestsController } from './requests/requests.controller.js';
import { RequestsService } from './requests/requests.service.js';
import { RequestsStore } from './requests/requests.store.js';
import { SupportEvents } from './support-events.js';
import { SupportAgent, SupportTeam } from './teams/team.entity.js';
import { TeamsAdminController } from './teams/teams-admin.controller.js';
import { TeamsController } from './teams/teams.controller.js';
import { TeamsService } from './teams/teams.service.js';
import { TeamsStore } from './teams/teams.store.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([SupportRequest, SupportTeam, SupportAgent]),
    IdsModule,
    AuthModule,
    MailboxModule,
    WordFilterModule,
    UsersModule,
    ConversationsModule,
  ],
  controllers: [TeamsController, TeamsAdminController, RequestsController],
  providers: [
    ChangeRequest,
    ClaimRequests,
    HandleRequest,
    OpenRequest,
    RequestNews,
    RequestsService,
    RequestsStore,
    SupportEvents,
    TeamsService,
    TeamsStore,
  ],
  exports: [SupportEvents],
})
export class SupportModule {}
