import { ONLY_FOR_SUBJECT } from '../../ledger/audience.js';
import type { Reference } from '../../mailbox/reference.js';
import type { MessageReceipt } from './receipts.dto.js';
import type {
  ForgottenTimes,
  Mark,
  MarkedMember,
  ReceiptTime,
  StandingMark,
  Times,
} from './receipts.store.js';

/** Messages of a conversation for which it is kept when a member got and read each of them. */
const TIMES_KEPT = 100;
/** Older times are forgotten each time a member has come so many messages farther. */
const FORGET_EVERY = 32;

/** Both marks rise only, and never beyond the last message; what is read was delivered. */
export function raised(standing: Mark & { readonly lastSeq: number }, wanted: Mark): Mark {
  const readSeq = Math.max(standing.readSeq, Math.min(wanted.readSeq, standing.lastSeq));
  const deliveredSeq = Math.max(
    standing.deliveredSeq,
    readSeq,
    Math.min(wanted.deliveredSeq, standing.lastSeq),
  );
  return { conversationId: standing.conversationId, userId: standing.userId, readSeq, deliveredSeq };
}

/** Of two wishes for the same member, the farther in each mark. */
export const farther = (a: Mark, b: Mark): Mark => ({
  ...a,
  readSeq: Math.max(a.readSeq, b.readSeq),
  deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq),
});

/** A member's marks before and after a change. */
export interface Move {
  readonly before: StandingMark;
  readonly after: Mark;
}

/** What members are told of a change: nothing where nothing moved. A hidden reading is told to the reader's devices. */
export function receiptsFor({ before, after }: Move): Reference[] {
  const receipt = (type: 'receipt.read' | 'receipt.delivered', seq: number): Reference => ({
    type,
    conversationId: after.conversationId,
    rev: 0,
    seq,
    subject: after.userId,
    ...(type === 'receipt.read' && before.isReadHidden && { detail: ONLY_FOR_SUBJECT }),
  });
  return [
    ...(after.deliveredSeq > before.deliveredSeq ? [receipt('receipt.delivered', after.deliveredSeq)] : []),
    ...(after.readSeq > before.readSeq ? [receipt('receipt.read', after.readSeq)] : []),
  ];
}

/** When the marks came to where they now are, in the order of the seqs. */
export function timesOf({ before, after }: Move): ReceiptTime[] {
  const { conversationId, userId } = after;
  const deliveredAt = after.deliveredSeq > before.deliveredSeq ? before.now : null;
  const readAt = after.readSeq > before.readSeq ? before.now : null;
  const at = (seq: number, times: Pick<ReceiptTime, 'deliveredAt' | 'readAt'>): ReceiptTime[] =>
    times.deliveredAt || times.readAt ? [{ conversationId, userId, seq, ...times }] : [];
  if (after.readSeq === after.deliveredSeq) return at(after.readSeq, { deliveredAt, readAt });
  return [
    ...at(after.readSeq, { deliveredAt: null, readAt }),
    ...at(after.deliveredSeq, { deliveredAt, readAt: null }),
  ];
}

/** Which of a member's times are forgotten now: all before a seq, but not when they came to where they have read. */
export function forgottenTimes({ before, after }: Move): ForgottenTimes | undefined {
  const { conversationId, userId, deliveredSeq, readSeq } = after;
  const steps = (seq: number): number => Math.floor(seq / FORGET_EVERY);
  const isDue = steps(deliveredSeq) > steps(before.deliveredSeq) && deliveredSeq > TIMES_KEPT;
  return isDue
    ? { conversationId, userId, beforeSeq: deliveredSeq - TIMES_KEPT, exceptSeq: readSeq }
    : undefined;
}

/** How a message has come to a member, as the others may know it. */
export function toMessageReceipt(
  member: MarkedMember,
  seq: number,
  times: Times | undefined,
): MessageReceipt {
  const isRead = member.readSeq >= seq && !member.isReadHidden;
  return {
    userId: member.userId,
    deliveredAt: (member.deliveredSeq >= seq && times?.deliveredAt?.toISOString()) || null,
    readAt: (isRead && times?.readAt?.toISOString()) || null,
  };
}

/** What clients see of a receipt. */
export const receiptOf = ({ conversationId, subject, seq }: Reference) => ({
  conversationId,
  userId: subject,
  seq,
});
