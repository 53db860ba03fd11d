import { Injectable } from '@nestjs/common';
import { notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { idSchema, parseId } from '../platform/http/schemas.js';
import { ContactChanges } from './contact-changes.js';
import { ContactRequestsStore } from './contact-requests.store.js';
import { type Pair, type PairChange, accept, cancel, decline } from './contact-rules.js';
import { ContactViews } from './contact-views.js';
import type { ContactRequestPage, ContactRequestQuery, ContactView } from './contacts.dto.js';

/** Requests to be a contact, where they are needed: they wait until they are answered or cancelled. */
@Injectable()
export class ContactRequestsService {
  constructor(
    private readonly store: ContactRequestsStore,
    private readonly views: ContactViews,
    private readonly changes: ContactChanges,
  ) {}

  /** In the order of the other one's ids. Requests of those who are blocked wait unseen. */
  async list(
    caller: Principal,
    { direction, limit, cursor }: ContactRequestQuery,
  ): Promise<ContactRequestPage> {
    const after = readCursor(cursor, idSchema);
    const rows =
      direction === 'incoming'
        ? await this.store.findIncoming(caller.userId, after, limit + 1)
        : await this.store.findOutgoing(caller.userId, after, limit + 1);
    const page = toPage(
      rows,
      limit,
      ({ userId }) => userId,
      (request) => request,
    );
    return {
      items: await this.views.requests(caller, direction, page.items),
      nextCursor: page.nextCursor,
    };
  }

  /** Each has the other as a contact then. Throws `contact_request.not_found`, `contact.too_many`. */
  async accept(caller: Principal, otherId: string): Promise<ContactView> {
    const contact = await this.answer(caller, otherId, accept);
    const [view] = contact ? await this.views.contacts(caller, [contact]) : [];
    if (!view) throw notFound('contact_request');
    return view;
  }

  /** Throws `contact_request.not_found`. */
  async decline(caller: Principal, otherId: string): Promise<void> {
    await this.answer(caller, otherId, decline);
  }

  /** Of a request of the caller's own. Throws `contact_request.not_found`. */
  async cancel(caller: Principal, otherId: string): Promise<void> {
    await this.answer(caller, otherId, cancel);
  }

  private answer(caller: Principal, otherId: string, rule: (pair: Pair) => PairChange) {
    return this.changes.between(caller.userId, parseId('contact_request', otherId), 'both', rule);
  }
}
