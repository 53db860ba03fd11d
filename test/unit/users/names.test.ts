import { describe, expect, it } from 'vitest';
import { displayNameSchema, updateMeSchema, usernameSchema } from '../../../src/users/users.dto.js';

describe('a username', () => {
  it.each(['ada', 'a.b_c-9', '...', 'x'.repeat(32)])('may be %j', (name) => {
    expect(usernameSchema.safeParse(name).success).toBe(true);
  });

  it.each(['', 'ab', 'x'.repeat(33), 'Ada', 'ad a', 'adä', 'ada\n', 7, null])('may not be %j', (name) => {
    expect(usernameSchema.safeParse(name).success).toBe(false);
  });
});

it.each(['', '   ', 'x'.repeat(81), 'a\u0000b', '\ud800'])('refuses %j as a display name', (name) => {
  expect(displayNameSchema.safeParse(name).success).toBe(false);
});

it.each([
  { avatarUrl: 'javascript:alert(1)' },
  { avatarUrl: 'data:text/html,x' },
  { email: 'nobody' },
  { displayName: null },
  { role: 'admin' },
])('refuses %j as a change of a profile', (change) => {
  expect(updateMeSchema.safeParse(change).success).toBe(false);
});

it('clears an address and an avatar by null', () => {
  expect(updateMeSchema.parse({ email: null, avatarUrl: null })).toEqual({ email: null, avatarUrl: null });
});
