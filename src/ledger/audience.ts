import type { Reference } from '../mailbox/reference.js';
import type { MemberList } from './member-list.js';

/** The detail of a receipt, or of a block, that nobody but the devices of the member concerned shall hear of. */
export const ONLY_FOR_SUBJECT = 'own';
/** In a larger conversation, receipts are for the reader's own devices: a thousand readers would cost a million events. */
export const RECEIPT_MEMBERS = 100;

/**
 * Whom a change of a conversation is for, given its present members. Whoever is added hears of the conversation itself;
 * whoever is removed hears of the removal and of nothing else, however late a change is dispatched; a change to a
 * message is for those who see the message. Between two of whom one has blocked the other no receipt passes.
 */
export function audienceOf(reference: Reference, members: MemberList): readonly string[] {
  const { type, rev, seq, subject, detail } = reference;
  if (type === 'conversation.created') return members.has(subject) ? [subject] : [];
  if (type === 'conversation.deleted') return [subject];
  if (type === 'member.removed') return [...members.at(rev), subject];
  if (type === 'receipt.read' || type === 'receipt.delivered') return receiptAudience(reference, members);
  if (type === 'conversation.updated' && detail === ONLY_FOR_SUBJECT) return [subject];
  if (rev === 0) return members.userIds;
  return seq === 0 ? members.at(rev) : members.seeing(seq, rev);
}

function receiptAudience({ type, subject, detail }: Reference, members: MemberList): readonly string[] {
  const isForAll = detail !== ONLY_FOR_SUBJECT && !members.isSevered;
  if (isForAll && members.userIds.length <= RECEIPT_MEMBERS) return members.userIds;
  return type === 'receipt.read' && members.has(subject) ? [subject] : [];
}
