import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdsModule } from '../platform/ids/ids.module.js';
import { RateLimitsModule } from '../platform/rate-limits/rate-limits.module.js';
import { RedisModule } from '../platform/redis/redis.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsService } from './accounts.service.js';
import { AdministerAccount } from './administer-account.js';
import { ApiKey } from './api-keys/api-key.entity.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeys } from './api-keys/api-keys.service.js';
import { ApiKeysStore } from './api-keys/api-keys.store.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { Authenticator } from './authenticator.js';
import { FirstAdmin } from './first-admin.js';
import { Passwords } from './passwords/passwords.js';
import { RegisterGuest } from './register-guest.js';
import { RefreshSession } from './sessions/refresh-session.js';
import { Session } from './sessions/session.entity.js';
import { SessionRevocations } from './sessions/session-revocations.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SessionsStore } from './sessions/sessions.store.js';
import { StartSession } from './sessions/start-session.js';
import { JwksController } from './tokens/jwks.controller.js';
import { KeyRing } from './tokens/key-ring.js';
import { SessionTokens } from './tokens/session-tokens.js';
import { SigningKey } from './tokens/signing-key.entity.js';
import { SigningKeysStore } from './tokens/signing-keys.store.js';
import { TokenSigner } from './tokens/token-signer.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Session, SigningKey, ApiKey]),
    IdsModule,
    RateLimitsModule,
    RedisModule,
    UsersModule,
  ],
  controllers: [AuthController, AccountsController, SessionsController, ApiKeysController, JwksController],
  providers: [
    AccountsService,
    AdministerAccount,
    ApiKeys,
    ApiKeysStore,
    AuthService,
    Authenticator,
    FirstAdmin,
    KeyRing,
    Passwords,
    RefreshSession,
    RegisterGuest,
    SessionRevocations,
    SessionTokens,
    SessionsService,
    SessionsStore,
    SigningKeysStore,
    StartSession,
    TokenSigner,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
  exports: [AdministerAccount, Authenticator, SessionRevocations],
})
export class AuthModule {}
