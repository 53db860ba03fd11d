import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LedgerModule } from '../ledger/ledger.module.js';
import { Member } from '../ledger/member.entity.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { UsersModule } from '../users/users.module.js';
import { WordFilterModule } from '../word-filter/word-filter.module.js';
import { Ban } from './ban.entity.js';
import { BansStore } from './bans.store.js';
import { ChangeMembers } from './change-members.js';
import { ConversationChanges } from './conversation-changes.js';
import { Conversation } from './conversation.entity.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationsStore } from './conversations.store.js';
import { CreateConversation } from './create-conversation.js';
import { JoinAndLeave } from './join-and-leave.js';
import { MembersController } from './members.controller.js';
import { MembershipController } from './membership.controller.js';
import { Memberships } from './memberships.js';
import { MembersStore } from './members.store.js';
import { OpenDirect } from './open-direct.js';
import { SanctionsController } from './sanctions.controller.js';
import { Sanctions } from './sanctions.js';
import { UnreadStore } from './unread.store.js';
import { UpdateConversation } from './update-conversation.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Conversation, Member, Ban]),
    IdsModule,
    UsersModule,
    LedgerModule,
    WordFilterModule,
  ],
  controllers: [ConversationsController, MembersController, MembershipController, SanctionsController],
  providers: [
    ConversationsStore,
    UnreadStore,
    MembersStore,
    BansStore,
    Memberships,
    ConversationChanges,
    ConversationsService,
    CreateConversation,
    OpenDirect,
    ChangeMembers,
    JoinAndLeave,
    UpdateConversation,
    Sanctions,
  ],
  exports: [ConversationsService, ConversationChanges, Memberships, OpenDirect, Sanctions],
})
export class ConversationsModule {}
