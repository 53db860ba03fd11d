import { ChatError, notFound } from '../platform/errors/chat-error.js';
import type { MemberList } from './member-list.js';
import { keyOf } from './message-key.js';
import type { MessageDraft, StoredMessage } from './stored-message.js';

/** What a draft is judged by, under the lock of its conversation. */
export interface Ground {
  readonly head: { readonly lastSeq: number };
  readonly members: MemberList;
  /** Messages by their keys: the roots of all threads that drafts want to be in are among them. */
  readonly referred: ReadonlyMap<string, StoredMessage>;
  /** Ids of files that stand. */
  readonly files: ReadonlySet<string>;
}

/** Messages have no holes: what the sender sees, and has been numbered, is there. Throws `message.not_found`. */
export function requireAnswerable({ senderId, replyTo }: MessageDraft, { head, members }: Ground): void {
  if (replyTo !== null && (replyTo > head.lastSeq || !members.sees(senderId, replyTo)))
    throw notFound('message');
}

/**
 * The message whose thread a draft is in. A reply stands for the thread that it is in itself, so that threads have no
 * threads. Throws `message.not_found`, and `message.deleted` for what has become a tombstone.
 */
export function rootOf(draft: MessageDraft, { members, referred }: Ground): StoredMessage | undefined {
  const { conversationId, senderId, threadOf } = draft;
  if (threadOf === null) return undefined;
  const seen = (seq: number): StoredMessage => {
    const message = members.sees(senderId, seq) && referred.get(keyOf({ conversationId, seq }));
    if (!message) throw notFound('message');
    return message;
  };
  const named = seen(threadOf);
  const root = named.threadOf === null ? named : seen(named.threadOf);
  if (root.deletedAt)
    throw new ChatError('conflict', 'message.deleted', 'The message of this thread was deleted.');
  return root;
}

/** A file may have been removed since the sender was asked whether it is theirs. Throws `file.not_found`. */
export function requireFiles({ attachments }: MessageDraft, { files }: Pick<Ground, 'files'>): void {
  if (attachments?.some(({ id }) => !files.has(id))) throw notFound('file');
}

/** Who is named must be able to read it. Throws `member.not_found`. */
export function requireMentionable(userIds: readonly string[], members: MemberList): void {
  const strangers = userIds.filter((userId) => !members.has(userId));
  if (strangers.length === 0) return;
  throw new ChatError('not_found', 'member.not_found', 'Only members of the conversation can be mentioned.', {
    errors: strangers.map((userId) => ({ path: 'mentions', message: `${userId} is no member` })),
  });
}
