import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { AccountsService } from './accounts.service.js';
import type { ChangePassword, Guest, Login, Register, StreamToken, Tokens } from './auth.dto.js';
import { RegisterGuest } from './register-guest.js';
import { RefreshSession } from './sessions/refresh-session.js';
import { SessionTokens } from './tokens/session-tokens.js';

/** The ways to tokens, each behind its switch. */
@Injectable()
export class AuthService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly guests: RegisterGuest,
    private readonly refreshSession: RefreshSession,
    private readonly tokens: SessionTokens,
    private readonly config: Config,
  ) {}

  async register(wanted: Register, address: string): Promise<Tokens> {
    this.requireRegistration();
    return this.tokens.of(await this.accounts.register(wanted, { name: null, address }));
  }

  async guest({ displayName }: Guest, address: string): Promise<Tokens> {
    if (!this.config.auth.guests)
      throw new ChatError('forbidden', 'auth.guests_disabled', 'This server takes no guests.');
    return this.tokens.of(await this.accounts.admitGuest(displayName, { name: null, address }));
  }

  /** The guest becomes a user and stays who they are. */
  async registerGuest(caller: Principal, wanted: Register, address: string): Promise<Tokens> {
    this.requireRegistration();
    return this.tokens.of(await this.guests.register(caller, wanted, { name: null, address }));
  }

  async login(attempt: Login, address: string): Promise<Tokens> {
    return this.tokens.of(await this.accounts.login(attempt, { name: attempt.deviceName ?? null, address }));
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    return this.tokens.of(await this.refreshSession.refresh(refreshToken));
  }

  changePassword(caller: Principal, change: ChangePassword): Promise<void> {
    return this.accounts.changePassword(caller, change);
  }

  streamToken(caller: Principal): Promise<StreamToken> {
    return this.tokens.streamToken(caller);
  }

  private requireRegistration(): void {
    if (!this.config.auth.registration)
      throw new ChatError(
        'forbidden',
        'auth.registration_disabled',
        'Nobody can register here by themselves.',
      );
  }
}
