import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import { UsersService } from '../users/users.service.js';
import { BansStore } from './bans.store.js';
import { ConversationChanges } from './conversation-changes.js';
import { requireManager, requireOwnerWithout, requireShared } from './conversation-rules.js';
import { type MemberView, toMemberView } from './members.dto.js';
import { Memberships } from './memberships.js';
import type { OpenConversation } from './open-conversation.js';
import { requireFuture, requireSanctioner } from './sanction-rules.js';
import { type BanInput, type BanPage, type BanView, toBanView } from './sanctions.dto.js';

/**
 * Who acts upon whom. A moderator of the installation, who need be no member, acts with `onRecord`: it puts the act on
 * record in the same transaction, also where it changed nothing.
 */
export interface Sanctioning {
  readonly caller: Principal;
  readonly conversationId: string;
  readonly userId: string;
  readonly onRecord?: (manager: EntityManager) => Promise<void>;
}

interface Reading extends Pick<Sanctioning, 'caller' | 'conversationId'> {
  readonly isModerator: boolean;
}

/**
 * Mutes and bans in groups and channels: exact, because membership changes and sends are judged under the same lock. All
 * throw `conversation.not_found`, `conversation.not_member` and `conversation.not_allowed`.
 */
@Injectable()
export class Sanctions {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly bans: BansStore,
    private readonly users: UsersService,
    private readonly memberships: Memberships,
  ) {}

  /** Until then the member reads and is not heard; null lifts it. It outlasts leaving. Throws `member.not_found`. */
  mute(act: Sanctioning, until: Date | null): Promise<MemberView> {
    return this.upon('member', act, async (open, userId) => {
      requireFuture(until, open.log.at);
      if (!open.members.has(userId)) throw notFound('member');
      const isSame = open.members.mutedUntil(userId)?.getTime() === until?.getTime();
      const [member] = await (isSame ? open.reread(userId) : open.mute(userId, until));
      if (!member) throw notFound('member');
      return toMemberView(member);
    });
  }

  /**
   * Out, if they are in, and not to come in until then. Resolves when nothing more can come to them.
   * Throws `user.not_found`, and `conversation.last_owner` for the last one.
   */
  ban(act: Sanctioning, { until, reason }: BanInput): Promise<BanView> {
    return this.upon('user', act, async (open, userId) => {
      const { log, members } = open;
      requireFuture(until, log.at);
      if (members.has(userId)) {
        requireOwnerWithout(userId, members);
        await open.dismiss(userId);
        open.note('member_removed', [userId]);
      } else await this.users.requireAll(act.caller, [userId], log.manager);
      const { conversationId } = log;
      const ban = { conversationId, userId, until, reason, bannedBy: act.caller.userId, bannedAt: log.at };
      await this.bans.save(log.manager, ban);
      return toBanView(ban);
    });
  }

  /** They may come in again; what is not there is lifted already. */
  lift(act: Sanctioning): Promise<void> {
    return this.upon('user', act, (open, userId) =>
      this.bans.remove(open.log.manager, open.conversation.id, userId),
    );
  }

  /** The bans that have not ended, by user id; for those who may ban, and for moderators of the installation. */
  async list(
    { caller, conversationId, isModerator }: Reading,
    { limit, cursor }: PageQuery,
  ): Promise<BanPage> {
    if (!isModerator) requireManager((await this.memberships.require(caller, conversationId)).role);
    else await this.memberships.requireConversation(conversationId);
    const rows = await this.bans.findPage(conversationId, readCursor(cursor, idSchema), limit + 1);
    return toPage(rows, limit, ({ userId }) => userId, toBanView);
  }

  private upon<T>(
    kind: 'member' | 'user',
    { caller, conversationId, onRecord, ...act }: Sanctioning,
    verb: (open: OpenConversation, userId: string) => Promise<T>,
  ): Promise<T> {
    const userId = parseId(kind, act.userId);
    return this.changes.apply(caller, conversationId, async (open) => {
      if (!onRecord) open.requireRole();
      requireShared(open.conversation);
      requireSanctioner(open.members, { userId: caller.userId, isModerator: onRecord !== undefined }, userId);
      const result = await verb(open, userId);
      await onRecord?.(open.log.manager);
      return result;
    });
  }
}
