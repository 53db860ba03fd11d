import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Config } from '../../platform/config/config.js';
import { hashSecret } from '../../platform/crypto/secret-hash.js';
import { seal, unseal } from '../../platform/crypto/seal.js';
import { inTransaction } from '../../platform/database/transaction.js';
import { UsersService } from '../../users/users.service.js';
import { refreshReused, sessionRevoked, tokenExpired, tokenInvalid } from '../auth-errors.js';
import { type RefreshDecision, decideRefresh } from './refresh-decision.js';
import { type RefreshToken, formatRefreshToken, parseRefreshToken, successorOf } from './refresh-token.js';
import { type Session, sessionExpiry } from './session.entity.js';
import { SessionsService } from './sessions.service.js';
import { SessionsStore } from './sessions.store.js';
import type { OpenSession } from './start-session.js';

const SEALED_FOR = 'mailroom refresh successor';

/** Carries a session on. Of several refreshes at once, on whichever nodes, the row's lock lets one rotate. */
@Injectable()
export class RefreshSession {
  constructor(
    private readonly store: SessionsStore,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly config: Config,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * Replaces the token. The one just replaced gets the same successor for ten seconds; an older one ends the session.
   * Throws `auth.token_invalid`, `auth.token_expired`, `auth.session_revoked`, `auth.refresh_reused`.
   */
  async refresh(refreshToken: string): Promise<OpenSession> {
    const token = parseRefreshToken(refreshToken);
    if (!token) throw tokenInvalid();
    const outcome = await inTransaction(this.dataSource, (manager) => this.decide(token, manager));
    if ('user' in outcome) return outcome;
    if (outcome.refused === 'reused') this.sessions.announce([token.sessionId], 'refresh_reused');
    throw refusal(outcome.refused);
  }

  /** All that the answer needs is read before the commit: what fails later must not cost the client its token. */
  private async decide(
    token: RefreshToken,
    manager: EntityManager,
  ): Promise<OpenSession | { refused: Refusal }> {
    const locked = await this.store.lock(token.sessionId, manager);
    if (!locked) return { refused: 'forged' };
    const { session, now } = locked;
    const decision = decideRefresh(session, token, now);
    if (decision === 'reused') await this.store.revoke([session.id], 'refresh_reused', manager);
    if (decision !== 'rotate' && decision !== 'replay') return { refused: decision };
    const user = await this.users.findById(session.userId, manager);
    if (!user || user.disabledAt) return { refused: 'revoked' };
    const successor =
      decision === 'replay' && session.sealedSuccessor
        ? { ...token, secret: unseal(session.sealedSuccessor, token.secret, SEALED_FOR) }
        : await this.rotate(token, now, manager);
    return { sessionId: session.id, user, refreshToken: formatRefreshToken(successor) };
  }

  private async rotate(token: RefreshToken, now: Date, manager: EntityManager): Promise<RefreshToken> {
    const successor = successorOf(token);
    const change: Partial<Session> = {
      tokenHash: hashSecret(successor.secret),
      replacedHash: hashSecret(token.secret),
      sealedSuccessor: seal(successor.secret, token.secret, SEALED_FOR),
      lastUsedAt: now,
      expiresAt: sessionExpiry(now, this.config.auth.sessionDays),
    };
    await this.store.update(token.sessionId, change, manager);
    return successor;
  }
}

type Refusal = Exclude<RefreshDecision, 'rotate' | 'replay'>;

function refusal(decision: Refusal): Error {
  if (decision === 'reused') return refreshReused();
  if (decision === 'revoked') return sessionRevoked();
  return decision === 'expired' ? tokenExpired() : tokenInvalid();
}
