import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { ChangeAccount } from '../users/change-account.js';
import type { ChangeAccountInput, UserView } from '../users/users.dto.js';
import { UsersService } from '../users/users.service.js';
import { ApiKeysStore } from './api-keys/api-keys.store.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Who may use an account, and as what. */
@Injectable()
export class AdministerAccount {
  constructor(
    private readonly account: ChangeAccount,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysStore,
  ) {}

  /**
   * Ends all that was open under what the account was: who is disabled keeps neither session nor key, who gets another
   * role logs in again. Once it is committed no token, key or password opens anything, whatever Redis does.
   * Throws `user.not_found`, `user.role_fixed`, `user.last_admin`.
   */
  async change(caller: Principal, id: string, wanted: ChangeAccountInput): Promise<UserView> {
    const ended: string[] = [];
    const reason = wanted.disabled === true ? 'user_disabled' : 'role_changed';
    const user = await this.account.to(id, wanted, async (manager, change) => {
      if (change.disabled === false && change.role === undefined) return;
      ended.push(...(await this.sessions.revokeAll(id, reason, manager)));
      if (change.disabled === true) ended.push(...(await this.keys.revokeOf(id, manager)));
    });
    this.sessions.announce(ended, reason);
    return this.users.toView(user, caller);
  }
}
