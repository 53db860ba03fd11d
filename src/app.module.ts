import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import { BroadcastModule } from './broadcast/broadcast.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { FilesModule } from './files/files.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import { DocumentsModule } from './documents/documents.module.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { IdempotencyModule } from './platform/idempotency/idempotency.module.js';
import { LoggingModule } from './platform/logging/logging.module.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { ModerationModule } from './moderation/moderation.module.js';
import { PresenceModule } from './presence/presence.module.js';
import { OfflineModule } from './offline/offline.module.js';
import { RateLimitsModule } from './platform/rate-limits/rate-limits.module.js';
import { SearchModule } from './search/search.module.js';
import { SupportModule } from './support/support.module.js';
import { TransportModule } from './transport/transport.module.js';
import { UsersModule } from './users/users.module.js';
import { WordFilterModule } from './word-filter/word-filter.module.js';

@Module({})
export class AppModule {
  static of(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        LoggingModule,
        DatabaseModule,
        HealthModule,
        MetricsModule,
        RateLimitsModule,
        IdempotencyModule,
        WordFilterModule,
        UsersModule,
        AuthModule,
        ConversationsModule,
        BroadcastModule,
        FilesModule,
        MessagingModule,
        ModerationModule,
        SearchModule,
        PresenceModule,
        SupportModule,
        OfflineModule,
        TransportModule,
        DocumentsModule,
      ],
    };
  }
}
