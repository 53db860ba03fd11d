import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { UsersService } from '../../users/users.service.js';
import type { StreamToken, Tokens } from '../auth.dto.js';
import { sessionRequired } from '../auth-errors.js';
import type { OpenSession } from '../sessions/start-session.js';
import { TokenSigner } from './token-signer.js';

/** The tokens of a session, as its client gets them. */
@Injectable()
export class SessionTokens {
  constructor(
    private readonly signer: TokenSigner,
    private readonly users: UsersService,
  ) {}

  async of({ user, sessionId, refreshToken }: OpenSession): Promise<Tokens> {
    const subject = { userId: user.id, sessionId, role: user.role };
    return {
      user: this.users.toView(user, subject),
      accessToken: await this.signer.sign('access', subject),
      refreshToken,
      expiresIn: this.signer.lifeSeconds('access'),
    };
  }

  /** For the caller's own session; it dies with it. Throws `auth.session_required`. */
  async streamToken(caller: Principal): Promise<StreamToken> {
    if (caller.via === 'apiKey') throw sessionRequired();
    return { token: await this.signer.sign('stream', caller), expiresIn: this.signer.lifeSeconds('stream') };
  }
}
