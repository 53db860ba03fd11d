import { Injectable } from '@nestjs/common';
import { OpenDirect } from '../conversations/open-direct.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { idSchema } from '../platform/http/schemas.js';
import { UsersService } from '../users/users.service.js';

/** Finds the conversation that a message to a user belongs into. */
@Injectable()
export class DirectRecipients {
  constructor(
    private readonly direct: OpenDirect,
    private readonly users: UsersService,
  ) {}

  /** The direct conversation with a user, by id or username; made if needed. Throws `user.not_found`. */
  async conversationWith(caller: Principal, to: string): Promise<string> {
    const known = this.direct.knownWith(caller.userId, to);
    return known ?? (await this.direct.with(caller, await this.resolve(to))).conversationId;
  }

  /** An id before a username: nobody gets another's messages by calling themselves like that one's id. */
  private async resolve(to: string): Promise<string> {
    const byId = idSchema.safeParse(to).success ? await this.users.findById(to) : null;
    const user = byId ?? (await this.users.findByUsername(to));
    if (!user || user.disabledAt) throw notFound('user');
    return user.id;
  }
}
