import type { FoldedReaction } from '../ledger/message.entity.js';

/** An emoji as people type it: one of Unicode's recommended set, or a pictograph without its variation selector. */
const emoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v;

export const isEmoji = (text: string): boolean => emoji.test(text);

/** One reaction a user and emoji. Undefined when it is there already. */
export function withReaction(
  reactions: readonly FoldedReaction[] | null,
  by: string,
  set: string,
): FoldedReaction[] | undefined {
  const folded = reactions ?? [];
  const known = folded.find((reaction) => reaction.emoji === set);
  if (!known) return [...folded, { emoji: set, userIds: [by] }];
  if (known.userIds.includes(by)) return undefined;
  return folded.map((reaction) =>
    reaction === known ? { ...known, userIds: [...known.userIds, by] } : reaction,
  );
}

/** An emoji that nobody sets any more goes. Undefined when there is nothing to take away. */
export function withoutReaction(
  reactions: readonly FoldedReaction[] | null,
  by: string,
  taken: string,
): FoldedReaction[] | undefined {
  const known = reactions?.find((reaction) => reaction.emoji === taken);
  if (!reactions || !known?.userIds.includes(by)) return undefined;
  const userIds = known.userIds.filter((userId) => userId !== by);
  if (userIds.length === 0) return reactions.filter((reaction) => reaction !== known);
  return reactions.map((reaction) => (reaction === known ? { ...known, userIds } : reaction));
}
