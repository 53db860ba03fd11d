import { hasHash } from '../../platform/crypto/secret-hash.js';
import type { RefreshToken } from './refresh-token.js';
import type { Session } from './session.entity.js';

/** How long the token just replaced gets its successor again: the answer may have been lost on the way. */
export const REPLAY_MS = 10_000;

export type RefreshDecision =
  /** Replace it. */
  | 'rotate'
  /** It was just replaced: answer with the same successor. */
  | 'replay'
  /** An old one of this login: two parties hold its tokens. */
  | 'reused'
  | 'forged'
  | 'expired'
  | 'revoked';

export type RefreshState = Pick<
  Session,
  'familyHash' | 'tokenHash' | 'replacedHash' | 'sealedSuccessor' | 'lastUsedAt' | 'expiresAt' | 'revokedAt'
>;

export function decideRefresh(session: RefreshState, token: RefreshToken, now: Date): RefreshDecision {
  if (!hasHash(token.family, session.familyHash)) return 'forged';
  if (session.revokedAt) return 'revoked';
  if (session.expiresAt <= now) return 'expired';
  if (hasHash(token.secret, session.tokenHash)) return 'rotate';
  const isJustReplaced =
    session.replacedHash !== null &&
    hasHash(token.secret, session.replacedHash) &&
    now.getTime() - session.lastUsedAt.getTime() <= REPLAY_MS;
  return isJustReplaced ? 'replay' : 'reused';
}
