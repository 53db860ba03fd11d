import { Injectable } from '@nestjs/common';
import type { Reference, StoredEventType } from '../mailbox/reference.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';
import { ContactsStore } from '../users/contacts/contacts.store.js';
import { type ContactEventType, type ContactNews, referenceTo } from './contact-news.js';
import { ContactRequestsStore, type RequestRow } from './contact-requests.store.js';
import { ContactViews, type Face, newsData, requestData } from './contact-views.js';

/** What is there now, of all that some events are about. */
interface Present {
  readonly mine: ReadonlyMap<string, ContactRow>;
  /** Requests that wait for the user’s answer. */
  readonly incoming: ReadonlyMap<string, RequestRow>;
  readonly faces: ReadonlyMap<string, Face>;
}

/** Events about contacts, as they are read back. */
@Injectable()
export class ContactEvents {
  constructor(
    private readonly store: ContactsStore,
    private readonly requests: ContactRequestsStore,
    private readonly views: ContactViews,
  ) {}

  /** What has changed for a user from a time on; a repetition changes nothing for the client. */
  async since(userId: string, time: Date): Promise<Reference[]> {
    const [own, incoming] = await Promise.all([
      this.store.findChangedSince(userId, time),
      this.requests.findIncomingSince(userId, time),
    ]);
    return [
      ...own.map(({ contactId, status }) => referenceTo(lastNewsOf[status], contactId)),
      ...incoming.map(({ userId: from, isOver }) =>
        referenceTo(isOver ? 'contact_request.removed' : 'contact_request.added', from),
      ),
    ];
  }

  /**
   * What each event shows now, in their order. One that something later has undone shows nothing, undefined: so whoever
   * reads them all ends with what there is, also when they came in another order than they were made.
   */
  async dataOf(userId: string, references: readonly Reference[]): Promise<unknown[]> {
    if (references.length === 0) return [];
    const ids = [...new Set(references.map(({ subject }) => subject))];
    const [mine, incoming, faces] = await Promise.all([
      this.store.findAmong(userId, ids),
      this.requests.findIncomingFrom(userId, ids),
      this.views.faces({ userId, role: 'user' }, ids),
    ]);
    const present = {
      mine: new Map(mine.map((contact) => [contact.contactId, contact])),
      incoming: new Map(incoming.map((request) => [request.userId, request])),
      faces,
    };
    return references.map(({ type, subject }) =>
      isAboutContacts(type) ? shown({ type, recipientId: userId, subjectId: subject }, present) : undefined,
    );
  }
}

const lastNewsOf = {
  contact: 'contact.added',
  removed: 'contact.removed',
  asked: 'contact_request.added',
  ended: 'contact_request.removed',
} as const satisfies Record<ContactRow['status'], ContactEventType>;

export const isAboutContacts = (type: StoredEventType): type is ContactEventType =>
  type.startsWith('contact.') || type.startsWith('contact_request.');

/** Where each has asked the other, the request that the user is to answer is shown. */
function shown(news: ContactNews, { mine, incoming, faces }: Present): unknown {
  const { type, subjectId } = news;
  const [own, asked, face] = [mine.get(subjectId), incoming.get(subjectId), faces.get(subjectId)];
  if (!face) return undefined;
  const stands = type.startsWith('contact.')
    ? own?.status === 'contact'
    : asked !== undefined || own?.status === 'asked';
  if (stands === type.endsWith('.removed')) return undefined;
  if (type === 'contact_request.removed') return { userId: subjectId };
  if (type === 'contact_request.added' && asked) return requestData('incoming', asked.createdAt, face);
  return own && newsData(news, own, face);
}
