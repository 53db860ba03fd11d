import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { ChatError, invalid, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';
import { ContactsStore } from '../users/contacts/contacts.store.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { ContactChanges } from './contact-changes.js';
import { type ContactNotes, ask, put, remove } from './contact-rules.js';
import { ContactViews } from './contact-views.js';
import type { ContactPage, ContactResponse, ContactRequestResponse, ContactView } from './contacts.dto.js';

/** A user's own list. */
@Injectable()
export class ContactsService {
  constructor(
    private readonly store: ContactsStore,
    private readonly views: ContactViews,
    private readonly changes: ContactChanges,
    private readonly users: UsersService,
    private readonly config: Config,
  ) {}

  /** In the order of their ids. */
  async list(caller: Principal, { limit, cursor }: PageQuery): Promise<ContactPage> {
    const rows = await this.store.findList(caller.userId, readCursor(cursor, idSchema), limit + 1);
    const page = toPage(
      rows,
      limit,
      ({ contactId }) => contactId,
      (contact) => contact,
    );
    return { items: await this.views.contacts(caller, page.items), nextCursor: page.nextCursor };
  }

  async listAll(caller: Principal): Promise<ContactView[]> {
    return this.views.contacts(caller, await this.store.findList(caller.userId, undefined));
  }

  /** Throws `contact.not_found`. */
  async get(caller: Principal, contactId: string): Promise<ContactView> {
    const contact = await this.store.find(caller.userId, parseId('contact', contactId));
    return this.show(caller, contact);
  }

  /**
   * Adds a contact, or asks the user first, as configured; or changes what is noted of a contact, without asking anybody.
   * The same again changes nothing. Throws `user.not_found` for whoever is not to be seen, or disabled;
   * `contact.not_allowed`, `contact.too_many`.
   */
  async put(
    caller: Principal,
    otherId: string,
    notes: ContactNotes,
  ): Promise<ContactResponse | ContactRequestResponse> {
    if (otherId === caller.userId)
      throw invalid('Nobody is a contact of their own.', [{ path: 'userId', message: 'is the caller' }]);
    const other = await this.users.require(caller, otherId);
    const isOpen = this.config.contacts.mode === 'open';
    const rule = isOpen ? put : ask;
    const mine = await this.changes.between(caller.userId, other.id, isOpen ? 'own' : 'both', (pair) => {
      if (pair.mine?.status !== 'contact') requireContactable(caller, other);
      return rule(pair, notes);
    });
    if (mine?.status !== 'asked') return { contact: await this.show(caller, mine) };
    const asked = { userId: other.id, createdAt: mine.since };
    const [contactRequest] = await this.views.requests(caller, 'outgoing', [asked]);
    if (!contactRequest) throw notFound('user');
    return { contactRequest };
  }

  /** Also ends a request. Again changes nothing. Throws `user.not_found` for strangers who are not to be seen. */
  async remove(caller: Principal, otherId: string): Promise<void> {
    const id = parseId('user', otherId);
    const isMutual = this.config.contacts.mode === 'ask';
    const mine = await this.changes.between(caller.userId, id, isMutual ? 'both' : 'own', (pair) =>
      remove(pair, isMutual),
    );
    if (!mine) await this.users.require(caller, id);
  }

  private async show(caller: Principal, contact: ContactRow | null): Promise<ContactView> {
    const [view] = contact?.status === 'contact' ? await this.views.contacts(caller, [contact]) : [];
    if (!view) throw notFound('contact');
    return view;
  }
}

/** Throws `user.not_found` for whoever is disabled, `contact.not_allowed` for guests. */
function requireContactable(caller: Principal, other: User): void {
  if (other.disabledAt) throw notFound('user');
  if (caller.role === 'guest' || other.role === 'guest')
    throw new ChatError('forbidden', 'contact.not_allowed', 'Guests have no contacts, and are nobody’s.');
}
