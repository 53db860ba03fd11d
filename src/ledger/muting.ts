import { ChatError } from '../platform/errors/chat-error.js';
import type { MemberList } from './member-list.js';

/** What a muted member is answered who wants to be heard; undefined for everybody else, and once the time is over. */
export function mutedRefusal(members: MemberList, userId: string, now: Date): ChatError | undefined {
  const until = members.mutedUntil(userId);
  if (!until || until <= now) return undefined;
  return new ChatError('forbidden', 'conversation.muted', `You are muted here until ${until.toISOString()}.`);
}

/** Throws `conversation.muted`. To be asked under the conversation's lock, with MySQL's clock. */
export function requireUnmuted(members: MemberList, userId: string, now: Date): void {
  const refusal = mutedRefusal(members, userId, now);
  if (refusal) throw refusal;
}
