import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { SupportModule } from '../support/support.module.js';
import { UsersModule } from '../users/users.module.js';
import { Announcements } from './announcements.js';
import { Arrivals } from './arrivals.js';
import { ConversationReplays } from './conversation-replays.js';
import { Delivered } from './delivered.js';
import { Hydration } from './hydration.js';
import { PersonalEvents } from './personal-events.js';
import { ReplayPlans } from './replay-plans.js';
import { Replays } from './replays.js';
import { Snapshots } from './snapshots.js';
import { StillComing } from './still-coming.js';
import { SyncController } from './sync.controller.js';

@Module({
  imports: [
    MailboxModule,
    BroadcastModule,
    MessagingModule,
    ContactsModule,
    ConversationsModule,
    UsersModule,
    SupportModule,
  ],
  controllers: [SyncController],
  providers: [
    Announcements,
    Arrivals,
    ConversationReplays,
    Delivered,
    Hydration,
    PersonalEvents,
    ReplayPlans,
    Replays,
    Snapshots,
    StillComing,
  ],
  exports: [Arrivals, Delivered, Hydration, Replays],
})
export class OfflineModule {}
