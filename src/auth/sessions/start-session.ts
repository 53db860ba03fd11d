import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Config } from '../../platform/config/config.js';
import { hashSecret } from '../../platform/crypto/secret-hash.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import type { User } from '../../users/user.entity.js';
import { firstRefreshToken, formatRefreshToken } from './refresh-token.js';
import { type Session, sessionExpiry } from './session.entity.js';
import { SessionsStore } from './sessions.store.js';

/** A session that goes on, and the only refresh token that is good for it now. */
export interface OpenSession {
  readonly sessionId: string;
  readonly user: User;
  readonly refreshToken: string;
}

/** An IPv6 address with an IPv4 one in it; what a proxy passes on may be anything. */
const MAX_ADDRESS = 45;

/** Whence a login comes. */
export interface Device {
  readonly name: string | null;
  readonly address: string;
}

@Injectable()
export class StartSession {
  constructor(
    private readonly store: SessionsStore,
    private readonly ids: IdGenerator,
    private readonly config: Config,
  ) {}

  async start(user: User, device: Device, manager: EntityManager): Promise<OpenSession> {
    const token = firstRefreshToken(this.ids.next());
    const now = new Date();
    const session: Session = {
      id: token.sessionId,
      userId: user.id,
      deviceName: device.name,
      address: device.address.slice(0, MAX_ADDRESS),
      familyHash: hashSecret(token.family),
      tokenHash: hashSecret(token.secret),
      replacedHash: null,
      sealedSuccessor: null,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: sessionExpiry(now, this.config.auth.sessionDays),
      revokedAt: null,
      revokedReason: null,
    };
    await this.store.insert(session, manager);
    return { sessionId: token.sessionId, user, refreshToken: formatRefreshToken(token) };
  }
}
