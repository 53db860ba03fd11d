import { Injectable } from '@nestjs/common';
import { ContactEvents, isAboutContacts } from '../contacts/contact-events.js';
import type { Reference } from '../mailbox/reference.js';
import { SupportEvents } from '../support/support-events.js';
import { Acquaintances } from '../users/acquaintances.js';
import { UsersService } from '../users/users.service.js';

/**
 * Events outside all conversations: about contacts, about the profiles of those whom somebody hears of, and about
 * requests for support.
 */
@Injectable()
export class PersonalEvents {
  constructor(
    private readonly users: UsersService,
    private readonly acquaintances: Acquaintances,
    private readonly contacts: ContactEvents,
    private readonly support: SupportEvents,
  ) {}

  /** What has changed from a time on; a repetition changes nothing for the client. */
  async since(userId: string, time: Date): Promise<Reference[]> {
    const [contacts, requests, heardOf] = await Promise.all([
      this.contacts.since(userId, time),
      this.support.since(userId, time),
      this.acquaintances.heardOfBy(userId),
    ]);
    const changed = await this.users.profilesChangedSince([userId, ...heardOf], time);
    const profiles = changed.map((subject): Reference => ({
      type: 'user.updated',
      conversationId: '',
      rev: 0,
      seq: 0,
      subject,
    }));
    return [...contacts, ...profiles, ...requests];
  }

  /** What each event shows now, in their order; undefined where there is nothing to show any more. */
  async dataOf(userId: string, references: readonly Reference[]): Promise<unknown[]> {
    const [aboutContacts, aboutProfiles, aboutRequests] = [
      references.filter(({ type }) => isAboutContacts(type)),
      references.filter(({ type }) => type === 'user.updated'),
      references.filter(({ type }) => type === 'support.updated'),
    ];
    const [contacts, profiles, requests] = await Promise.all([
      this.contacts.dataOf(userId, aboutContacts),
      this.profilesOf(userId, aboutProfiles),
      this.support.dataOf(userId, aboutRequests),
    ]);
    const found = new Map<Reference, unknown>([
      ...aboutContacts.map((reference, i) => [reference, contacts[i]] as const),
      ...aboutProfiles.map((reference, i) => [reference, profiles[i]] as const),
      ...aboutRequests.map((reference, i) => [reference, requests[i]] as const),
    ]);
    return references.map((reference) => found.get(reference));
  }

  private async profilesOf(userId: string, references: readonly Reference[]): Promise<unknown[]> {
    if (references.length === 0) return [];
    const heardOf = await this.acquaintances.heardOfBy(userId);
    const subjects = references
      .map(({ subject }) => subject)
      .filter((id) => id === userId || heardOf.has(id));
    const users = await this.users.findMany([...new Set(subjects)]);
    return references.map(({ subject }) => {
      const user = users.get(subject);
      return user && { user: this.users.toView(user, { userId, role: 'user' }) };
    });
  }
}
