import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { OfflineModule } from '../offline/offline.module.js';
import { HealthModule } from '../platform/health/health.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { RateLimitsModule } from '../platform/rate-limits/rate-limits.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { AttentionCommands } from './attention-commands.js';
import { ChatGateway } from './chat.gateway.js';
import { Commands } from './commands.js';
import { ConnectionCommands } from './connection-commands.js';
import { Connections } from './connections.js';
import { Departure } from './departure.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { Followings } from './followings.js';
import { LongPolls } from './long-polls.js';
import { MessageCommands } from './message-commands.js';
import { PresenceCommands } from './presence-commands.js';
import { SocketLimits } from './socket-limits.js';
import { Sources } from './sources.js';
import { StreamCaller } from './stream-caller.js';

@Module({
  imports: [
    AuthModule,
    BroadcastModule,
    LedgerModule,
    MessagingModule,
    OfflineModule,
    PresenceModule,
    MailboxModule,
    HealthModule,
    IdsModule,
    RateLimitsModule,
  ],
  controllers: [EventsController],
  providers: [
    ChatGateway,
    MessageCommands,
    AttentionCommands,
    PresenceCommands,
    ConnectionCommands,
    Commands,
    Connections,
    Departure,
    EventStreams,
    Followings,
    LongPolls,
    SocketLimits,
    Sources,
    StreamCaller,
  ],
  exports: [Commands],
})
export class TransportModule {}
