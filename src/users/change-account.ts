import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LedgerService } from '../ledger/ledger.service.js';
import { isDuplicate } from '../platform/database/duplicate.js';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { parseId } from '../platform/http/schemas.js';
import { type AccountChange, accountChange, takesAdminAway } from './account-rules.js';
import { ProfileNews } from './profile-news.js';
import type { User } from './user.entity.js';
import { UsersService, usernameTaken } from './users.service.js';
import { UsersStore } from './users.store.js';

/** What a guest needs to become a user; the displayed name stays unless another one is given. */
export interface NewIdentity {
  readonly username: string;
  readonly displayName: string | undefined;
  readonly email: string | undefined;
  readonly passwordHash: string;
}

/** What becomes of accounts: what admins decide about them, and guests who stay. */
@Injectable()
export class ChangeAccount {
  constructor(
    private readonly store: UsersStore,
    private readonly news: ProfileNews,
    private readonly users: UsersService,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Disables, enables, or gives another role; the same again changes nothing. `alongside` does in the same transaction
   * what the change entails. Throws `user.not_found`, `user.role_fixed`, `user.last_admin`.
   */
  to(
    id: string,
    wanted: AccountChange,
    alongside: (manager: EntityManager, change: AccountChange) => Promise<void>,
  ): Promise<User> {
    const userId = parseId('user', id);
    return this.ledger.record(async (manager) => {
      // Two admins who disable each other wait here, and the second one finds itself the last.
      const admins = takesAdminAway(wanted) ? await this.store.lockAdmins(manager) : [];
      const user = await this.store.lock(userId, manager);
      if (!user) throw notFound('user');
      const hasOtherAdmin = admins.some((admin) => admin !== userId);
      const change = accountChange(user, wanted, hasOtherAdmin);
      if (Object.keys(change).length === 0) return { result: user, changes: [] };
      const now = await this.ledger.now(manager);
      const { disabled, role } = change;
      const columns: Partial<User> = {
        ...(disabled !== undefined && { disabledAt: disabled ? now : null }),
        ...(role !== undefined && { role, profileChangedAt: now }),
      };
      await this.store.update(userId, columns, manager);
      const after = Object.assign(user, columns);
      await alongside(manager, change);
      const personal = role === undefined ? [] : await this.news.of(after, true, manager);
      return { result: after, changes: [], personal };
    });
  }

  /**
   * A guest becomes a user, under the same id. `alongside` does in the same transaction what that entails; its outcome is
   * returned. Throws `user.username_taken`, `word_filter.refused`, and `auth.not_allowed` for those who are no guests.
   */
  async becomeUser<T>(
    id: string,
    { username, displayName, email, passwordHash }: NewIdentity,
    alongside: (user: User, manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const name = displayName === undefined ? undefined : this.users.cleanName(displayName);
    return this.ledger.record(async (manager) => {
      const guest = await this.store.lock(id, manager);
      if (guest?.role !== 'guest' || guest.disabledAt)
        throw new ChatError('forbidden', 'auth.not_allowed', 'This is for guests.');
      const columns = {
        username,
        ...(name !== undefined && { displayName: name }),
        email: email ?? null,
        role: 'user',
        passwordHash,
        profileChangedAt: await this.ledger.now(manager),
      } as const;
      await this.store.update(id, columns, manager).catch((error: unknown) => {
        throw isDuplicate(error) ? usernameTaken() : error;
      });
      const user = Object.assign(guest, columns);
      const result = await alongside(user, manager);
      return { result, changes: [], personal: await this.news.of(user, true, manager) };
    });
  }
}
