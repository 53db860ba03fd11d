import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { BansStore } from './bans.store.js';
import { ConversationChanges } from './conversation-changes.js';
import {
  isOpenTo,
  notAllowed,
  refusalOf,
  requireOwnerWithout,
  requireRoom,
  requireShared,
} from './conversation-rules.js';
import { ConversationsStore } from './conversations.store.js';
import { requireUnbanned } from './sanction-rules.js';

/** What members do with their own membership of groups and channels. */
@Injectable()
export class JoinAndLeave {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly store: ConversationsStore,
    private readonly bans: BansStore,
  ) {}

  /** Into a channel, as a member; one who is in it stays as they are. Throws `conversation.not_allowed` for other types, `conversation.banned`. */
  async join(caller: Principal, conversationId: string): Promise<void> {
    await this.changes.apply(caller, conversationId, async (open) => {
      const isMember = open.members.has(caller.userId);
      if (!isMember && !isOpenTo(caller, open.conversation)) throw refusalOf(caller, open.conversation);
      if (open.conversation.type !== 'channel') throw notAllowed('Only channels are joined.');
      if (isMember) return;
      requireUnbanned(await this.bans.findAmong(open.log.manager, conversationId, [caller.userId]), caller);
      requireRoom(open.members.userIds.length + 1);
      await open.admit([caller.userId]);
      open.note('member_joined', [caller.userId]);
    });
  }

  /**
   * Resolves when nothing more of the conversation can come to the caller. Throws `conversation.last_owner` while others
   * remain; when nobody does, the conversation ends.
   */
  async leave(caller: Principal, conversationId: string): Promise<void> {
    await this.changes.apply(caller, conversationId, async (open) => {
      open.requireRole();
      requireShared(open.conversation);
      const isLast = open.members.userIds.length === 1;
      if (!isLast) requireOwnerWithout(caller.userId, open.members);
      await open.dismiss(caller.userId);
      if (isLast) await this.store.update(open.log.manager, conversationId, { deletedAt: open.log.at });
      else open.note('member_left', [caller.userId]);
    });
  }
}
