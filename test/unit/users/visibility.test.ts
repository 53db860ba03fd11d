import { expect, it } from 'vitest';
import { type Principal, type Role, roles } from '../../../src/platform/http/principal.js';
import { maySee, maySeeEmail } from '../../../src/users/visibility.js';

const a = (role: Role): Principal => ({
  userId: '1',
  sessionId: '2',
  role,
  expiresAt: 0,
  via: 'access',
});

it('lets a guest see themselves and whom they share a conversation with, nobody else', () => {
  expect(maySee(a('guest'), '1')).toBe(true);
  expect(maySee(a('guest'), '9')).toBe(false);
  expect(maySee(a('guest'), '9', true)).toBe(true);
});

it.each(roles.filter((role) => role !== 'guest'))('lets a %s see everyone', (role) => {
  expect(maySee(a(role), '9')).toBe(true);
});

it('shows an address to its owner and to admins only', () => {
  expect(roles.filter((role) => maySeeEmail(a(role), '9'))).toEqual(['admin']);
  expect(roles.every((role) => maySeeEmail(a(role), '1'))).toBe(true);
});
