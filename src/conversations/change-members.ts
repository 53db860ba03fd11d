import { Injectable } from '@nestjs/common';
import type { MemberRole } from '../ledger/member.entity.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { UsersService } from '../users/users.service.js';
import { BansStore } from './bans.store.js';
import { ConversationChanges } from './conversation-changes.js';
import {
  requireManager,
  requireOwner,
  requireOwnerWithout,
  requireRemovable,
  requireRoom,
  requireShared,
} from './conversation-rules.js';
import { JoinAndLeave } from './join-and-leave.js';
import { type MemberView, toMemberView } from './members.dto.js';
import { MembersStore } from './members.store.js';
import type { OpenConversation } from './open-conversation.js';
import { requireUnbanned } from './sanction-rules.js';

/** What owners and admins do with the members of a group or a channel. All throw `conversation.not_allowed` for others. */
@Injectable()
export class ChangeMembers {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly joinAndLeave: JoinAndLeave,
    private readonly store: MembersStore,
    private readonly users: UsersService,
    private readonly bans: BansStore,
  ) {}

  /** All of them or none. Throws `user.not_found`, `conversation.banned`, `conversation.too_many_members`. Returns those named, as members. */
  async add(caller: Principal, conversationId: string, userIds: readonly string[]): Promise<MemberView[]> {
    await this.changes.apply(caller, conversationId, async (open) => {
      requireManager(requireSharedRole(open));
      await this.users.requireAll(caller, userIds, open.log.manager);
      const added = [...new Set(userIds)].filter((userId) => !open.members.has(userId));
      requireRoom(open.members.userIds.length + added.length);
      if (added.length === 0) return;
      requireUnbanned(await this.bans.findAmong(open.log.manager, conversationId, added), caller);
      await open.admit(added);
      open.note('members_added', added);
    });
    return (await this.store.findAmong(conversationId, userIds)).map(toMemberView);
  }

  /** Owners only. The same role again changes nothing. Throws `member.not_found`, `conversation.last_owner`. */
  async setRole(
    caller: Principal,
    conversationId: string,
    userId: string,
    role: MemberRole,
  ): Promise<MemberView> {
    const id = parseId('member', userId);
    return this.changes.apply(caller, conversationId, async (open) => {
      requireOwner(requireSharedRole(open));
      const before = requireTarget(open, id);
      if (role !== 'owner') requireOwnerWithout(id, open.members);
      const [member] =
        role === before
          ? await this.store.findAmong(conversationId, [id], open.log.manager)
          : await open.promote(id, role);
      if (!member) throw notFound('member');
      return toMemberView(member);
    });
  }

  /** Resolves when nothing more of the conversation can come to them. Removing oneself is leaving. Throws `member.not_found`. */
  async remove(caller: Principal, conversationId: string, userId: string): Promise<void> {
    if (userId === caller.userId) return this.joinAndLeave.leave(caller, conversationId);
    const id = parseId('member', userId);
    await this.changes.apply(caller, conversationId, async (open) => {
      const role = requireSharedRole(open);
      requireManager(role);
      requireRemovable(role, requireTarget(open, id));
      await open.dismiss(id);
      open.note('member_removed', [id]);
    });
  }
}

function requireSharedRole(open: OpenConversation): MemberRole {
  const role = open.requireRole();
  requireShared(open.conversation);
  return role;
}

function requireTarget({ members }: OpenConversation, userId: string): MemberRole {
  const role = members.roleOf(userId);
  if (!role) throw notFound('member');
  return role;
}
