import { ChatError } from '../platform/errors/chat-error.js';
import type { User } from './user.entity.js';
import type { ChangeAccountInput } from './users.dto.js';

export type AccountChange = Readonly<ChangeAccountInput>;
type Account = Pick<User, 'role' | 'disabledAt'>;

/** Whether the account would be no usable admin afterwards. */
export const takesAdminAway = ({ disabled, role }: AccountChange): boolean =>
  disabled === true || (role !== undefined && role !== 'admin');

/**
 * What of the wanted is otherwise than it is. Throws `user.role_fixed` for guests and services, who are what they are,
 * and `user.last_admin`: somebody must be left who can undo it.
 */
export function accountChange(
  account: Account,
  wanted: AccountChange,
  hasOtherAdmin: boolean,
): AccountChange {
  const { disabled, role } = wanted;
  const isDisabled = account.disabledAt !== null;
  if (role !== undefined && (account.role === 'guest' || account.role === 'service'))
    throw new ChatError('conflict', 'user.role_fixed', 'Guests and services have no other role.');
  if (account.role === 'admin' && !isDisabled && takesAdminAway(wanted) && !hasOtherAdmin)
    throw new ChatError('conflict', 'user.last_admin', 'Somebody else must be admin first.');
  return {
    ...(disabled !== undefined && disabled !== isDisabled && { disabled }),
    ...(role !== undefined && role !== account.role && { role }),
  };
}
