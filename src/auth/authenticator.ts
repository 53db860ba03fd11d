import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { ApiKeys } from './api-keys/api-keys.service.js';
import { sessionRevoked, tokenInvalid } from './auth-errors.js';
import { SessionsStore } from './sessions/sessions.store.js';
import { type TokenKind, TokenSigner } from './tokens/token-signer.js';

/**
 * Proves who calls. Each call asks MySQL for the session's state, so that the tokens of an ended session are dead at
 * once, on every node. Throws `auth.token_invalid`, `auth.token_expired`, `auth.session_revoked`, and
 * `service.unavailable` while MySQL is away.
 */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokens: TokenSigner,
    private readonly sessions: SessionsStore,
    private readonly apiKeys: ApiKeys,
  ) {}

  /** An access token or an API key: for REST, Socket.IO, and the `Authorization` header of a stream. */
  authenticate(token: string): Promise<Principal> {
    return token.startsWith('mk_') ? this.apiKeys.authenticate(token) : this.fromToken('access', token);
  }

  /** A stream token only: for what stands in a URL or a cookie. */
  authenticateStream(token: string): Promise<Principal> {
    return this.fromToken('stream', token);
  }

  private async fromToken(kind: TokenKind, token: string): Promise<Principal> {
    const { userId, sessionId, expiresAt } = await this.tokens.verify(kind, token);
    const state = await this.sessions.findState(sessionId);
    if (state?.userId !== userId) throw tokenInvalid();
    if (state.isRevoked || state.isUserDisabled) throw sessionRevoked();
    return { userId, sessionId, role: state.role, expiresAt, via: kind };
  }
}
