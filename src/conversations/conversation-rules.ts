import type { MemberList } from '../ledger/member-list.js';
import type { MemberRole } from '../ledger/member.entity.js';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import type { Conversation } from './conversation.entity.js';

export const MAX_MEMBERS = 10_000;

type Openness = Pick<Conversation, 'type' | 'deletedAt'>;

/** Whether one who is no member may find a conversation, read about it and join it. */
export const isOpenTo = ({ role }: Pick<Principal, 'role'>, { type, deletedAt }: Openness): boolean =>
  type === 'channel' && deletedAt === null && role !== 'guest';

/** What one who is no member is answered: where they may not know of the conversation, there is none. */
export const refusalOf = (caller: Pick<Principal, 'role'>, conversation: Openness | null): ChatError =>
  conversation && isOpenTo(caller, conversation)
    ? new ChatError(
        'forbidden',
        'conversation.not_member',
        'Only members may do this: join the channel first.',
      )
    : notFound('conversation');

/** Nobody changes who is in a direct conversation, what it is called, or that it is; nor in one that is run for them. */
export function requireShared({ type, runBy }: Pick<Conversation, 'type' | 'runBy'>): void {
  if (type === 'direct') throw notAllowed('This is not possible in a direct conversation.');
  if (runBy !== null) throw notAllowed('Who is in this conversation is not decided by its members.');
}

/** Owners and admins run a conversation. */
export function requireManager(role: MemberRole): void {
  if (role === 'member') throw notAllowed('This is for owners and admins of the conversation.');
}

export function requireOwner(role: MemberRole): void {
  if (role !== 'owner') throw notAllowed('This is for owners of the conversation.');
}

/** Owners remove anybody; admins remove members, not each other. */
export function requireRemovable(by: MemberRole, target: MemberRole): void {
  requireManager(by);
  if (target !== 'member') requireOwner(by);
}

/** Whether a conversation goes on when this one is no owner any more: somebody must own it while anybody is in it. */
export function requireOwnerWithout(userId: string, members: MemberList): void {
  const isLastOwner = members.owners.every((owner) => owner === userId);
  if (isLastOwner && members.roleOf(userId) === 'owner')
    throw new ChatError(
      'conflict',
      'conversation.last_owner',
      'The last owner must make somebody else owner first.',
    );
}

export function requireRoom(members: number): void {
  if (members > MAX_MEMBERS)
    throw new ChatError(
      'conflict',
      'conversation.too_many_members',
      `A conversation has at most ${MAX_MEMBERS} members.`,
    );
}

export const notAllowed = (detail: string): ChatError =>
  new ChatError('forbidden', 'conversation.not_allowed', detail);
