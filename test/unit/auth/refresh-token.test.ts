import { expect, it } from 'vitest';
import {
  firstRefreshToken,
  formatRefreshToken,
  parseRefreshToken,
  successorOf,
} from '../../../src/auth/sessions/refresh-token.js';

it('reads back what it wrote, underscores in the secrets included', () => {
  const token = { sessionId: '42', family: '_'.repeat(22), secret: '-_'.repeat(21) + '_' };
  expect(parseRefreshToken(formatRefreshToken(token))).toEqual(token);
});

it('keeps session and family over a rotation, and changes the secret', () => {
  const first = firstRefreshToken('42');
  const next = successorOf(first);
  expect(next).toMatchObject({ sessionId: '42', family: first.family });
  expect(next.secret).not.toBe(first.secret);
});

it.each(['', 'mr_', 'mr_0_a_b', `mr_1_${'a'.repeat(22)}_${'b'.repeat(42)}`, `mk_1_${'a'.repeat(43)}`])(
  'takes %j for no refresh token',
  (text) => {
    expect(parseRefreshToken(text)).toBeUndefined();
  },
);
