import { describe, expect, it } from 'vitest';
import { roles } from '../../../src/platform/http/principal.js';
import { type AccountChange, accountChange } from '../../../src/users/account-rules.js';
import { fc } from '../../support/property.js';

const accounts = fc.record({
  role: fc.constantFrom(...roles),
  disabledAt: fc.constantFrom(null, new Date()),
});
const wishes: fc.Arbitrary<AccountChange> = fc.record(
  { disabled: fc.boolean(), role: fc.constantFrom('admin' as const, 'moderator' as const, 'user' as const) },
  { requiredKeys: [] },
);

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'done';
};

describe('a change of an account', () => {
  it('is what differs, and nothing when it is made again', () => {
    fc.assert(
      fc.property(accounts, wishes, (account, wanted) => {
        fc.pre(codeOf(() => accountChange(account, wanted, true)) === 'done');
        const { disabled, role } = accountChange(account, wanted, true);
        const after = {
          role: role ?? account.role,
          disabledAt: disabled === undefined ? account.disabledAt : disabled ? new Date() : null,
        };
        if (wanted.role !== undefined) expect(after.role).toBe(wanted.role);
        if (wanted.disabled !== undefined) expect(after.disabledAt !== null).toBe(wanted.disabled);
        expect(accountChange(after, wanted, true)).toEqual({});
      }),
    );
  });

  it('never leaves an installation without an admin who can log in', () => {
    fc.assert(
      fc.property(accounts, wishes, (account, wanted) => {
        const isAdmin = account.role === 'admin' && account.disabledAt === null;
        const staysAdmin = wanted.disabled !== true && (wanted.role ?? 'admin') === 'admin';
        const code = codeOf(() => accountChange(account, wanted, false));
        expect(code === 'user.last_admin').toBe(isAdmin && !staysAdmin);
      }),
    );
  });

  it('gives guests and services no other role', () => {
    for (const role of ['guest', 'service'] as const) {
      const account = { role, disabledAt: null };
      expect(codeOf(() => accountChange(account, { role: 'user' }, true))).toBe('user.role_fixed');
      expect(accountChange(account, { disabled: true }, false)).toEqual({ disabled: true });
    }
  });
});
