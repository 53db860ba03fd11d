import { describe, expect, it } from 'vitest';
import { hashSecret } from '../../../src/platform/crypto/secret-hash.js';
import { REPLAY_MS, type RefreshState, decideRefresh } from '../../../src/auth/sessions/refresh-decision.js';
import { firstRefreshToken, successorOf } from '../../../src/auth/sessions/refresh-token.js';

const oldest = firstRefreshToken('1');
const replaced = successorOf(oldest);
const current = successorOf(replaced);
const rotatedAt = new Date('2026-11-21T08:00:00.000Z');
const later = (ms: number) => new Date(rotatedAt.getTime() + ms);

const aSession = (change: Partial<RefreshState> = {}): RefreshState => ({
  familyHash: hashSecret(current.family),
  tokenHash: hashSecret(current.secret),
  replacedHash: hashSecret(replaced.secret),
  sealedSuccessor: Buffer.alloc(1),
  lastUsedAt: rotatedAt,
  expiresAt: later(1_000_000),
  revokedAt: null,
  ...change,
});

describe('a refresh token', () => {
  it('is replaced when it is the current one, however long ago it was made', () => {
    expect(decideRefresh(aSession(), current, later(999_999))).toBe('rotate');
  });

  it('gets its successor again until ten seconds after its replacement', () => {
    expect(decideRefresh(aSession(), replaced, later(REPLAY_MS))).toBe('replay');
    expect(decideRefresh(aSession(), replaced, later(REPLAY_MS + 1))).toBe('reused');
  });

  it('gets its successor also when the clock seems to have gone back', () => {
    expect(decideRefresh(aSession(), replaced, later(-50))).toBe('replay');
  });

  it('counts as reused when it is older than the one just replaced, however soon', () => {
    expect(decideRefresh(aSession(), oldest, later(0))).toBe('reused');
  });

  it('is forged when it does not know the secret of its family, and harms nobody', () => {
    expect(decideRefresh(aSession(), { ...current, family: oldest.secret }, later(0))).toBe('forged');
    expect(decideRefresh(aSession({ revokedAt: rotatedAt }), firstRefreshToken('1'), later(0))).toBe(
      'forged',
    );
  });

  it('is refused once its session has ended or expired', () => {
    expect(decideRefresh(aSession({ revokedAt: rotatedAt }), current, later(0))).toBe('revoked');
    expect(decideRefresh(aSession(), current, later(1_000_000))).toBe('expired');
  });
});
