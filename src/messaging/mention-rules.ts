import type { MessageContent, StoredMessage } from '../ledger/stored-message.js';

export type Mentions = Pick<MessageContent, 'mentions' | 'mentionAll'>;

/** What a message or an edit says of whom it names. */
interface Named {
  readonly mentions?: readonly string[] | undefined;
  readonly mentionAll?: boolean | undefined;
}

/** Each user once, in the order in which they come; null when there is none. */
const eachOnce = (userIds: readonly string[]): readonly string[] | null =>
  userIds.length === 0 ? null : [...new Set(userIds)];

export const mentionsOf = ({ mentions = [], mentionAll = false }: Named): Mentions => ({
  mentions: eachOnce(mentions),
  mentionAll,
});

/** Whom a message names after an edit, which leaves as it was what it does not speak of. */
export const editedMentions = (before: Mentions, { mentions, mentionAll }: Named): Mentions => ({
  mentions: mentions ? eachOnce(mentions) : before.mentions,
  mentionAll: mentionAll ?? before.mentionAll,
});

export const isSameMention = (a: Mentions, b: Mentions): boolean =>
  a.mentionAll === b.mentionAll && JSON.stringify(a.mentions) === JSON.stringify(b.mentions);

/** Those whom an edit names first: who was named before may have left since. */
export const newlyNamed = (before: StoredMessage, { mentions }: Mentions): readonly string[] =>
  (mentions ?? []).filter((userId) => !before.mentions?.includes(userId));
