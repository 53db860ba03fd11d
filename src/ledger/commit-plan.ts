import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { type Ground, requireAnswerable, requireFiles, requireMentionable, rootOf } from './draft-rules.js';
import type { MemberList } from './member-list.js';
import { keyOf } from './message-key.js';
import { mutedRefusal } from './muting.js';
import { severed } from './severed.js';
import type { MessageDraft, StoredMessage } from './stored-message.js';

/** A conversation's head while its row is locked. */
export interface LockedHead {
  readonly conversationId: string;
  readonly rev: number;
  readonly lastSeq: number;
  readonly membersRev: number;
  readonly changedAt: Date;
}

/** What became of one send: stored now, stored before, or refused. */
export type Posted =
  | { readonly kind: 'stored'; readonly message: StoredMessage; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly error: ChatError };

export interface CommitPlan {
  /** One for each draft, in their order. */
  readonly outcomes: readonly Posted[];
  readonly inserts: readonly StoredMessage[];
  /** The messages whose threads have grown, as they will stand: their revs follow those of all inserts. */
  readonly roots: readonly StoredMessage[];
  /** The heads that move, as they will stand. */
  readonly heads: readonly LockedHead[];
}

/**
 * Decides a batch of sends under the locks: gives numbers without holes, in the order in which the sends came.
 * A send that is stored already is answered from the store before membership is judged, so that a retry gets its
 * message also after the sender was removed.
 */
export function planCommit(
  drafts: readonly MessageDraft[],
  known: {
    readonly heads: ReadonlyMap<string, LockedHead>;
    readonly members: ReadonlyMap<string, MemberList>;
    readonly stored: ReadonlyMap<string, StoredMessage>;
    /** What the drafts refer to, by key: the roots of their threads are among them. */
    readonly referred: ReadonlyMap<string, StoredMessage>;
    /** Ids of those of the drafts' files that stand. */
    readonly files: ReadonlySet<string>;
    readonly now: Date;
  },
): CommitPlan {
  const heads = new Map<string, LockedHead>();
  const stored = new Map(known.stored);
  const inserts: StoredMessage[] = [];
  const grown = new Map<string, StoredMessage>();
  const outcomes = drafts.map((draft): Posted => {
    const before = stored.get(identity(draft));
    if (before) return repeated(draft, before);
    const head = heads.get(draft.conversationId) ?? known.heads.get(draft.conversationId);
    const members = known.members.get(draft.conversationId);
    if (!head || !members?.has(draft.senderId)) {
      return { kind: 'refused', error: notFound('conversation') };
    }
    if (members.isSevered) return { kind: 'refused', error: severed(members.hasBlocked(draft.senderId)) };
    const muted = mutedRefusal(members, draft.senderId, known.now);
    if (muted) return { kind: 'refused', error: muted };
    const judged = judge(draft, { head, members, referred: known.referred, files: known.files });
    if (judged instanceof ChatError) return { kind: 'refused', error: judged };
    const next = advance(head, known.now);
    heads.set(draft.conversationId, next);
    const message = number(judged.draft, next);
    if (judged.root) grow(grown, judged.root);
    stored.set(identity(draft), message);
    inserts.push(message);
    return { kind: 'stored', message, isNew: true };
  });
  const roots = [...grown.values()].map((root) => renumber(root, heads));
  return { outcomes, inserts, roots, heads: [...heads.values()] };
}

/** What a draft names must be there for its sender; a reply gets into the thread of its root. */
function judge(
  draft: MessageDraft,
  ground: Ground,
): { draft: MessageDraft; root: StoredMessage | undefined } | ChatError {
  try {
    requireAnswerable(draft, ground);
    requireMentionable(draft.mentions ?? [], ground.members);
    requireFiles(draft, ground);
    const root = rootOf(draft, ground);
    return { root, draft: root ? { ...draft, threadOf: root.seq } : draft };
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
}

/** However many replies of a batch are in its thread, a root changes once. */
function grow(grown: Map<string, StoredMessage>, root: StoredMessage): void {
  const before = grown.get(keyOf(root)) ?? root;
  grown.set(keyOf(root), { ...before, threadCount: before.threadCount + 1 });
}

function renumber(root: StoredMessage, heads: Map<string, LockedHead>): StoredMessage {
  const head = heads.get(root.conversationId);
  if (!head) return root;
  const next = { ...head, rev: head.rev + 1 };
  heads.set(root.conversationId, next);
  return { ...root, rev: next.rev };
}

/** The time never goes back within a conversation, whatever the server's clock does. */
export const advance = (head: LockedHead, now: Date): LockedHead => ({
  conversationId: head.conversationId,
  rev: head.rev + 1,
  lastSeq: head.lastSeq + 1,
  membersRev: head.membersRev,
  changedAt: now > head.changedAt ? now : head.changedAt,
});

/** Each field by its name: an object that is copied and then added to is several times as large. */
export const number = (draft: MessageDraft, head: LockedHead): StoredMessage => ({
  conversationId: draft.conversationId,
  seq: head.lastSeq,
  id: draft.id,
  createdRev: head.rev,
  rev: head.rev,
  type: draft.type,
  senderId: draft.senderId,
  sendKey: draft.sendKey,
  digest: draft.digest,
  text: draft.text,
  attachments: draft.attachments,
  replyTo: draft.replyTo,
  threadOf: draft.threadOf,
  threadCount: 0,
  mentions: draft.mentions,
  mentionAll: draft.mentionAll,
  forwarded: draft.forwarded,
  metadata: draft.metadata,
  createdAt: head.changedAt,
  reactions: null,
  pinned: false,
  system: null,
  editedAt: null,
  deletedAt: null,
});

function repeated(draft: MessageDraft, before: StoredMessage): Posted {
  if (before.conversationId === draft.conversationId && before.digest.equals(draft.digest)) {
    return { kind: 'stored', message: before, isNew: false };
  }
  const error = new ChatError(
    'conflict',
    'message.client_id_conflict',
    'Another message was sent under this clientId.',
  );
  return { kind: 'refused', error };
}

/** Unique over all messages: sends are told apart by their sender and their key. */
export const identity = ({ senderId, sendKey }: Pick<MessageDraft, 'senderId' | 'sendKey'>): string =>
  `${senderId} ${sendKey}`;
