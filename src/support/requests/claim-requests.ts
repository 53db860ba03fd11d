import { Injectable } from '@nestjs/common';
import { AdministerAccount } from '../../auth/administer-account.js';
import { Authenticator } from '../../auth/authenticator.js';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { ChangeRequest } from './change-request.js';
import type { SupportRequest } from './request.entity.js';
import type { RequestPage } from './requests.dto.js';
import { RequestsService } from './requests.service.js';
import { RequestsStore } from './requests.store.js';

/** More than a guest can have: one at a team. */
const MOST = 200;

/** What somebody asked as a guest becomes their own. */
@Injectable()
export class ClaimRequests {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AdministerAccount,
    private readonly store: RequestsStore,
    private readonly change: ChangeRequest,
    private readonly requests: RequestsService,
  ) {}

  /**
   * Puts the caller in the guest's place in all of the guest's requests, then ends the guest's account. Broken off, it
   * is called again: the token is good until all is done. Throws `guest.not_found` for what is no token of a guest.
   */
  async of(caller: Principal, guestToken: string): Promise<RequestPage> {
    const guest = await this.guestBy(guestToken);
    const claimed: SupportRequest[] = [];
    for (const request of await this.store.findOf({ requesterId: guest.userId }, undefined, MOST))
      claimed.push(
        await this.change.by(caller, request, ({ requesterId }) =>
          requesterId === guest.userId ? { requesterId: caller.userId } : {},
        ),
      );
    await this.accounts.change(caller, guest.userId, { disabled: true });
    // Somebody else with the same token may have been quicker.
    const own = claimed.filter(({ requesterId }) => requesterId === caller.userId);
    return { items: await this.requests.views(caller, own), nextCursor: null };
  }

  private async guestBy(token: string): Promise<Principal> {
    try {
      const principal = await this.authenticator.authenticate(token);
      if (principal.role === 'guest') return principal;
    } catch (error) {
      if (!(error instanceof ChatError && error.kind === 'unauthenticated')) throw error;
    }
    throw notFound('guest');
  }
}
