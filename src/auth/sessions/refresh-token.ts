import { makeSecret } from '../../platform/crypto/secret-hash.js';

/** Opaque to clients. The family's secret stays the same over a login's life, the other one changes with each refresh. */
export interface RefreshToken {
  readonly sessionId: string;
  readonly family: string;
  readonly secret: string;
}

const form = /^mr_([1-9]\d{0,18})_([\w-]{22})_([\w-]{43})$/;

/** Undefined for what can't be one. */
export function parseRefreshToken(token: string): RefreshToken | undefined {
  const [, sessionId, family, secret] = form.exec(token) ?? [];
  return sessionId && family && secret ? { sessionId, family, secret } : undefined;
}

export const formatRefreshToken = ({ sessionId, family, secret }: RefreshToken): string =>
  `mr_${sessionId}_${family}_${secret}`;

export const firstRefreshToken = (sessionId: string): RefreshToken => ({
  sessionId,
  family: makeSecret(16),
  secret: makeSecret(32),
});

export const successorOf = (token: RefreshToken): RefreshToken => ({ ...token, secret: makeSecret(32) });
