import { Module } from '@nestjs/common';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { RedisModule } from '../platform/redis/redis.module.js';
import { UsersModule } from '../users/users.module.js';
import { WordFilterModule } from '../word-filter/word-filter.module.js';
import { Announcements } from './announcements.js';
import { ChangePresence } from './change-presence.js';
import { Ghosts } from './ghosts.js';
import { Hearers } from './hearers.js';
import { PresenceController } from './presence.controller.js';
import { PresenceStore } from './presence.store.js';
import { PresenceSubscriptions } from './presence-subscriptions.js';
import { Presences } from './presences.js';
import { Reminders } from './reminders.js';

@Module({
  imports: [MailboxModule, RedisModule, MetricsModule, UsersModule, WordFilterModule],
  controllers: [PresenceController],
  providers: [
    PresenceStore,
    Presences,
    ChangePresence,
    PresenceSubscriptions,
    Announcements,
    Hearers,
    Reminders,
    Ghosts,
  ],
  exports: [Presences, ChangePresence, PresenceSubscriptions],
})
export class PresenceModule {}
