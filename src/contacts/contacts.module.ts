import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { UsersModule } from '../users/users.module.js';
import { ContactChanges } from './contact-changes.js';
import { ContactEvents } from './contact-events.js';
import { ContactPairs } from './contact-pairs.js';
import { ContactPresences } from './contact-presence.js';
import { ContactRequestsController } from './contact-requests.controller.js';
import { ContactRequestsService } from './contact-requests.service.js';
import { ContactRequestsStore } from './contact-requests.store.js';
import { ContactViews } from './contact-views.js';
import { ContactsController } from './contacts.controller.js';
import { ContactsService } from './contacts.service.js';

@Module({
  imports: [LedgerModule, PresenceModule, UsersModule],
  controllers: [ContactsController, ContactRequestsController],
  providers: [
    ContactChanges,
    ContactEvents,
    ContactPairs,
    ContactPresences,
    ContactRequestsService,
    ContactRequestsStore,
    ContactViews,
    ContactsService,
  ],
  exports: [ContactEvents, ContactsService],
})
export class ContactsModule {}
