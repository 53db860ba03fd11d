import type { MemberList } from '../../ledger/member-list.js';

/** In larger conversations nobody is told: of hundreds somebody always types. */
export const TYPING_MEMBERS = 500;

/** Who is told that a member types: nobody where one of a pair has blocked the other. */
export function typingAudience(
  { userIds, isSevered }: Pick<MemberList, 'userIds' | 'isSevered'>,
  typistId: string,
): string[] {
  if (isSevered || userIds.length > TYPING_MEMBERS) return [];
  return userIds.filter((userId) => userId !== typistId);
}
