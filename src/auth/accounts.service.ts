import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { inTransaction } from '../platform/database/transaction.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { UsersService } from '../users/users.service.js';
import type { ChangePassword, Login, Register } from './auth.dto.js';
import { invalidCredentials, sessionRequired } from './auth-errors.js';
import { Passwords } from './passwords/passwords.js';
import { type Device, type OpenSession, StartSession } from './sessions/start-session.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Who may have a session, and by which proof. A user and the first session are committed together. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessionStart: StartSession,
    private readonly sessions: SessionsService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Throws `user.username_taken`. */
  async register({ username, password, displayName, email }: Register, device: Device): Promise<OpenSession> {
    const passwordHash = await this.passwords.hash(password);
    return inTransaction(this.dataSource, async (manager) => {
      const wanted = {
        username,
        displayName: displayName ?? username,
        email,
        role: 'user',
        passwordHash,
      } as const;
      const user = await this.users.create(wanted, manager);
      return this.sessionStart.start(user, device, manager);
    });
  }

  admitGuest(displayName: string, device: Device): Promise<OpenSession> {
    return inTransaction(this.dataSource, async (manager) => {
      const user = await this.users.create({ displayName, role: 'guest' }, manager);
      return this.sessionStart.start(user, device, manager);
    });
  }

  /** Throws `rate_limited`, and `auth.invalid_credentials`, after the same time whether or not there is such a user. */
  async login({ username, password }: Login, device: Device): Promise<OpenSession> {
    const user = await this.users.findByUsername(username);
    const matches = await this.passwords.matches(username, password, user?.passwordHash);
    if (!user || !matches || user.disabledAt) throw invalidCredentials();
    return inTransaction(this.dataSource, async (manager) => {
      // Locked, so that a password change either sees this session and ends it, or makes this login fail.
      const now = await this.users.lock(user.id, manager);
      if (now?.passwordHash !== user.passwordHash || now.disabledAt) throw invalidCredentials();
      return this.sessionStart.start(user, device, manager);
    });
  }

  /** Ends the user's other sessions. Throws `auth.wrong_password`. */
  async changePassword(caller: Principal, { currentPassword, newPassword }: ChangePassword): Promise<void> {
    if (caller.via === 'apiKey') throw sessionRequired();
    const user = await this.users.findById(caller.userId);
    const name = user?.username ?? caller.userId;
    if (!(await this.passwords.matches(name, currentPassword, user?.passwordHash))) throw wrongPassword();
    const passwordHash = await this.passwords.hash(newPassword);
    const ended = await inTransaction(this.dataSource, async (manager) => {
      const now = await this.users.lock(caller.userId, manager);
      if (now?.passwordHash !== user?.passwordHash) throw wrongPassword();
      await this.users.setPasswordHash(caller.userId, passwordHash, manager);
      return this.sessions.revokeOthers(caller, 'password_changed', manager);
    });
    this.sessions.announce(ended, 'password_changed');
  }
}

const wrongPassword = () =>
  new ChatError('forbidden', 'auth.wrong_password', 'The current password is wrong.');
