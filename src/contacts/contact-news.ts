import type { Reference, StoredEventType } from '../mailbox/reference.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';

/** Events outside conversations, about what one user has to do with another. */
export type ContactEventType = Extract<StoredEventType, `contact.${string}` | `contact_request.${string}`>;

/** What one user hears of another. */
export interface ContactNews {
  readonly type: ContactEventType;
  readonly recipientId: string;
  readonly subjectId: string;
}

/**
 * Who hears what of a change. A list is its owner's alone. A request concerns both; where either has blocked the other,
 * the one who is asked hears nothing of it.
 */
export function newsOf(before: ContactRow | null, after: ContactRow, isApart: boolean): ContactNews[] {
  const [was, is] = [before?.status, after.status];
  const toOwner = (type: ContactEventType): ContactNews => ({
    type,
    recipientId: after.userId,
    subjectId: after.contactId,
  });
  const toBoth = (type: ContactEventType): ContactNews[] => [
    toOwner(type),
    ...(isApart ? [] : [{ type, recipientId: after.contactId, subjectId: after.userId }]),
  ];
  return [
    ...(was !== 'asked' && is === 'asked' ? toBoth('contact_request.added') : []),
    ...(was === 'asked' && is !== 'asked' ? toBoth('contact_request.removed') : []),
    ...(was !== 'contact' && is === 'contact' ? [toOwner('contact.added')] : []),
    ...(was === 'contact' && is === 'contact' ? [toOwner('contact.updated')] : []),
    ...(was === 'contact' && is !== 'contact' ? [toOwner('contact.removed')] : []),
  ];
}

export const referenceTo = (type: ContactEventType, subject: string): Reference => ({
  type,
  conversationId: '',
  rev: 0,
  seq: 0,
  subject,
});
