import type { MemberRole } from '../ledger/member.entity.js';
import { type StoredMessage, noContent } from '../ledger/stored-message.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';

const moderating: ReadonlySet<string> = new Set<Principal['role'] | MemberRole>([
  'admin',
  'moderator',
  'owner',
]);

type Changer = Pick<Principal, 'userId' | 'role'>;

/** Only what its author wrote can be edited, by its author, and not after its deletion; never another's words. */
export function requireEditable(caller: Changer, message: StoredMessage): void {
  if (message.senderId !== caller.userId || message.type !== 'text') throw notAllowed();
  if (message.forwarded) throw notAllowed();
  requireUndeleted(message);
}

/** The author's to delete, a moderator's, and that of those who run the conversation. */
export function requireDeletable(caller: Changer, message: StoredMessage, role?: MemberRole): void {
  const isModerator = [caller.role, role].some((each) => each !== undefined && moderating.has(each));
  if (message.type !== 'text' || (message.senderId !== caller.userId && !isModerator)) throw notAllowed();
}

/** A tombstone takes nothing more. */
export function requireUndeleted(message: StoredMessage): void {
  if (message.deletedAt) throw new ChatError('conflict', 'message.deleted', 'The message was deleted.');
}

/** What is left of a deleted message: its numbers, and that it was there. */
export const tombstone = (message: StoredMessage, at: Date): StoredMessage => ({
  ...message,
  ...noContent,
  // Its place in a thread stays, as its seq does.
  threadOf: message.threadOf,
  reactions: null,
  pinned: false,
  editedAt: null,
  deletedAt: at,
});

const notAllowed = (): ChatError =>
  new ChatError('forbidden', 'message.not_allowed', 'This message is not the caller’s to change.');
