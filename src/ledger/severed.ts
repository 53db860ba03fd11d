import { ChatError } from '../platform/errors/chat-error.js';
import type { MemberList } from './member-list.js';

/** What one of a pair is told after a block: its author how to end it, the other one not even that there is one. */
export const severed = (hasBlocked: boolean): ChatError =>
  new ChatError(
    'forbidden',
    'conversation.not_allowed',
    hasBlocked
      ? 'You have blocked this user: unblock them first.'
      : 'This is not possible in this conversation.',
  );

/** Nothing passes between two of whom one has blocked the other. Throws `conversation.not_allowed`. */
export function requireTogether(members: MemberList, userId: string): void {
  if (members.isSevered) throw severed(members.hasBlocked(userId));
}
