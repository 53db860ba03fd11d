import { Module } from '@nestjs/common';
import { IdsModule } from '../platform/ids/ids.module.js';
import { RedisModule } from '../platform/redis/redis.module.js';
import { AcknowledgementStore } from './acknowledgement.store.js';
import { Acknowledgements } from './acknowledgements.js';
import { Attachments } from './attachments.js';
import { CastStore } from './cast.store.js';
import { Casts } from './casts.js';
import { EpochStore } from './epoch.store.js';
import { MailboxLink } from './mailbox-link.js';
import { MailboxService } from './mailbox.service.js';
import { MailboxStore } from './mailbox.store.js';
import { NodeLease } from './node-lease.js';
import { Notices } from './notices.js';
import { PresenceLooks } from './presence-looks.js';
import { Registrations } from './registrations.js';
import { ShardEpochs } from './shard-epochs.js';
import { Typists } from './typists.js';
import { WakeUps } from './wake-ups.js';
import { Watches } from './watches.js';
import { Whereabouts } from './whereabouts.js';

@Module({
  imports: [RedisModule, IdsModule],
  providers: [
    AcknowledgementStore,
    Acknowledgements,
    MailboxStore,
    EpochStore,
    ShardEpochs,
    NodeLease,
    Typists,
    Watches,
    WakeUps,
    Notices,
    Attachments,
    Registrations,
    MailboxLink,
    MailboxService,
    CastStore,
    Casts,
    PresenceLooks,
    Whereabouts,
  ],
  exports: [MailboxService, MailboxLink, Acknowledgements, Casts, PresenceLooks, Watches, Whereabouts],
})
export class MailboxModule {}
