import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { ChangeAccount } from '../users/change-account.js';
import type { Register } from './auth.dto.js';
import { Passwords } from './passwords/passwords.js';
import { SessionsService } from './sessions/sessions.service.js';
import { type Device, type OpenSession, StartSession } from './sessions/start-session.js';

/** A guest who comes to stay. */
@Injectable()
export class RegisterGuest {
  constructor(
    private readonly account: ChangeAccount,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly sessionStart: StartSession,
  ) {}

  /**
   * Gives the caller's account a name and a password: everything that it has stays its own. What was open as a guest
   * ends, and the answer is a new session. Throws `user.username_taken`, `word_filter.refused`, and `auth.not_allowed`
   * for those who are no guests.
   */
  async register(
    caller: Principal,
    { username, password, displayName, email }: Register,
    device: Device,
  ): Promise<OpenSession> {
    const passwordHash = await this.passwords.hash(password);
    const wanted = { username, displayName, email, passwordHash };
    const { session, ended } = await this.account.becomeUser(
      caller.userId,
      wanted,
      async (user, manager) => ({
        ended: await this.sessions.revokeAll(user.id, 'role_changed', manager),
        session: await this.sessionStart.start(user, device, manager),
      }),
    );
    this.sessions.announce(ended, 'role_changed');
    return session;
  }
}
