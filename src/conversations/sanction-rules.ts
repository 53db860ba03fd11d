import type { MemberList } from '../ledger/member-list.js';
import { ChatError, invalid } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import type { Ban } from './ban.entity.js';
import { notAllowed, requireManager, requireRemovable } from './conversation-rules.js';

/**
 * Owners sanction anybody but themselves, admins sanction members, moderators of the installation whom they must.
 * Throws `conversation.not_allowed`.
 */
export function requireSanctioner(
  members: MemberList,
  { userId, isModerator }: { readonly userId: string; readonly isModerator: boolean },
  targetId: string,
): void {
  if (userId === targetId) throw notAllowed('Nobody does this to themselves.');
  if (isModerator) return;
  const role = members.roleOf(userId) ?? 'member';
  requireManager(role);
  requireRemovable(role, members.roleOf(targetId) ?? 'member');
}

/** Throws `request.invalid`; null has no end. */
export function requireFuture(until: Date | null, now: Date): void {
  if (until && until <= now)
    throw invalid('The time is over already.', [{ path: 'until', message: 'must lie in the future' }]);
}

/** Throws `conversation.banned` where one of those who shall come in may not: the end, if there is one, is in the detail. */
export function requireUnbanned([ban]: readonly Ban[], caller: Pick<Principal, 'userId'>): void {
  if (!ban) return;
  const who = ban.userId === caller.userId ? 'You are' : `The user ${ban.userId} is`;
  const end = ban.until ? ` until ${ban.until.toISOString()}` : '';
  throw new ChatError('forbidden', 'conversation.banned', `${who} banned from this conversation${end}.`);
}
