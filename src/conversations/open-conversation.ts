import type { MemberList } from '../ledger/member-list.js';
import type { Member, MemberRole } from '../ledger/member.entity.js';
import type { SystemNote } from '../ledger/message.entity.js';
import type { OpenChange } from '../ledger/open-change.js';
import type { Principal } from '../platform/http/principal.js';
import type { IdGenerator } from '../platform/ids/snowflake.js';
import { refusalOf } from './conversation-rules.js';
import type { Conversation } from './conversation.entity.js';
import { partnerIn } from './direct-pair.js';
import { memberEventOf } from './members.dto.js';
import type { MembersStore } from './members.store.js';

/** Users that a system message names. */
const NAMED = 100;

/** A conversation whose head is locked, while a verb changes it: each step takes its rev and tells the members. */
export class OpenConversation {
  constructor(
    private readonly store: MembersStore,
    private readonly ids: IdGenerator,
    readonly log: OpenChange,
    readonly conversation: Conversation,
    readonly caller: Principal,
  ) {}

  /** As they were before the change. */
  get members(): MemberList {
    return this.log.members;
  }

  /** The caller's. Throws `conversation.not_found` or `conversation.not_member` for one who is no member. */
  requireRole(): MemberRole {
    const role = this.members.roleOf(this.caller.userId);
    if (!role) throw refusalOf(this.caller, this.conversation);
    return role;
  }

  /** The first members of a new conversation: they hear of it, not of each other. Without an owner where all are equal. */
  async found(userIds: readonly string[], ownerId?: string): Promise<void> {
    const rev = this.log.takeMembersRev();
    const members = userIds.map((userId) =>
      this.newMember(userId, rev, userId === ownerId ? 'owner' : 'member'),
    );
    await this.store.save(this.log.manager, members);
    for (const userId of userIds) this.announce(userId, rev);
  }

  /** New members, or former ones again: they hear of the conversation, and all of each of them. */
  async admit(userIds: readonly string[]): Promise<void> {
    await this.enter(userIds);
    await this.count(this.members.userIds.length + userIds.length);
  }

  /** The one concerned hears nothing later: the caller is answered when that is sure. */
  async dismiss(userId: string): Promise<void> {
    await this.part(userId);
    await this.count(this.members.userIds.length - 1);
  }

  /** Some go, as by `dismiss`, and others come, as by `admit`. */
  async exchange(leaving: readonly string[], coming: readonly string[]): Promise<void> {
    for (const userId of leaving) await this.part(userId);
    if (coming.length > 0) await this.enter(coming);
    await this.count(this.members.userIds.length - leaving.length + coming.length);
  }

  private async enter(userIds: readonly string[]): Promise<void> {
    const rev = this.log.takeMembersRev();
    const members = userIds.map((userId) => this.newMember(userId, rev));
    // Who joins is the sender of the message that says so, and has read it.
    for (const member of members) if (member.userId === this.caller.userId) member.readSeq += 1;
    await this.store.save(this.log.manager, members);
    for (const userId of userIds) this.announce(userId, rev);
    // As stored: what outlasts leaving is known by the store alone.
    this.tellMembers('member.added', await this.reread(...userIds));
  }

  private async part(userId: string): Promise<void> {
    const rev = this.log.takeMembersRev();
    await this.store.remove(this.log.manager, this.conversation.id, [userId], { rev, at: this.log.at });
    this.tellMembers('member.removed', await this.reread(userId));
    this.log.answerAfterDelivery();
  }

  /** Nobody is in the conversation any more, and hears nothing later than that. */
  async dissolve(): Promise<void> {
    const { userIds } = this.members;
    const conversationId = this.conversation.id;
    const rev = this.log.takeMembersRev();
    await this.store.remove(this.log.manager, conversationId, userIds, { rev, at: this.log.at });
    await this.count(0);
    for (const subject of userIds)
      this.log.tell(
        { type: 'conversation.deleted', conversationId, rev, seq: 0, subject },
        { conversationId },
      );
    this.log.answerAfterDelivery();
  }

  async promote(userId: string, role: MemberRole): Promise<Member[]> {
    const rev = this.log.takeMembersRev();
    await this.store.setRole(this.log.manager, this.conversation.id, userId, { role, rev });
    const members = await this.reread(userId);
    this.tellMembers('member.updated', members);
    return members;
  }

  async mute(userId: string, until: Date | null): Promise<Member[]> {
    const rev = this.log.takeMembersRev();
    await this.store.setMuted(this.log.manager, this.conversation.id, userId, { until, rev });
    const members = await this.reread(userId);
    this.tellMembers('member.updated', members);
    return members;
  }

  /** A system message from the caller. */
  note(kind: SystemNote['kind'], userIds: readonly string[], name?: string): void {
    const system = {
      kind,
      userIds: userIds.slice(0, NAMED),
      count: userIds.length,
      ...(name !== undefined && { name }),
    };
    this.log.post({ id: this.ids.next(), senderId: this.caller.userId, system });
  }

  async reread(...userIds: string[]): Promise<Member[]> {
    return this.store.findAmong(this.conversation.id, userIds, this.log.manager);
  }

  private async count(members: number): Promise<void> {
    await this.store.setCount(this.log.manager, this.conversation.id, members);
  }

  private tellMembers(
    type: 'member.added' | 'member.updated' | 'member.removed',
    members: readonly Member[],
  ): void {
    for (const member of members) {
      const { conversationId, rev, userId } = member;
      this.log.tell({ type, conversationId, rev, seq: 0, subject: userId }, memberEventOf(member));
    }
  }

  private announce(userId: string, rev: number): void {
    const conversationId = this.conversation.id;
    this.log.tell({ type: 'conversation.created', conversationId, rev, seq: 0, subject: userId });
  }

  private newMember(userId: string, rev: number, role: MemberRole = 'member'): Member {
    const { lastSeq } = this.log.moved;
    const { directKey } = this.conversation;
    return {
      conversationId: this.conversation.id,
      userId,
      role,
      rev,
      joinedRev: rev,
      joinedAt: this.log.at,
      removedAt: null,
      readSeq: lastSeq,
      deliveredSeq: lastSeq,
      joinedSeq: lastSeq,
      visibleAfterSeq: this.conversation.historyVisibility === 'joined' ? lastSeq : 0,
      peerId: directKey === null ? null : partnerIn(directKey, userId),
      blocked: false,
      blockChangedAt: null,
      muted: false,
      pinned: false,
      archived: false,
      mutedUntil: null,
    };
  }
}
