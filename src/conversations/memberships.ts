import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Member } from '../ledger/member.entity.js';
import { type ChatError, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import { refusalOf } from './conversation-rules.js';
import { ConversationsStore } from './conversations.store.js';
import { type MemberPage, toMemberView } from './members.dto.js';
import { MembersStore, type Readable } from './members.store.js';

/** A page of memberships that changed. */
export interface ChangedMembers {
  readonly members: readonly Member[];
  /** There may be others, after this rev; undefined when these are all. */
  readonly moreAfterRev: number | undefined;
}

/** Who is in which conversation, and since when: what every read of a conversation asks first. */
@Injectable()
export class Memberships {
  constructor(
    private readonly store: MembersStore,
    private readonly conversations: ConversationsStore,
  ) {}

  /** The caller's membership as it is now. Throws `conversation.not_found`, or `conversation.not_member` for channels. */
  async require(caller: Principal, conversationId: string): Promise<Member> {
    const id = parseId('conversation', conversationId);
    const member = await this.store.findPresent(id, caller.userId);
    if (!member) throw await this.refusal(caller, id);
    return member;
  }

  /** For those who need be no members. Throws `conversation.not_found`. */
  async requireConversation(conversationId: string): Promise<void> {
    const conversation = await this.conversations.find(parseId('conversation', conversationId));
    if (!conversation || conversation.deletedAt) throw notFound('conversation');
  }

  /** What the caller is answered where they are no member. */
  async refusal(caller: Principal, conversationId: string, manager?: EntityManager): Promise<ChatError> {
    return refusalOf(caller, await this.conversations.find(conversationId, manager));
  }

  /** The present members, in the order of their ids. Throws what `require` throws. */
  async list(caller: Principal, conversationId: string, { limit, cursor }: PageQuery): Promise<MemberPage> {
    await this.require(caller, conversationId);
    const rows = await this.store.findPage(conversationId, readCursor(cursor, idSchema), limit + 1);
    return toPage(rows, limit, ({ userId }) => userId, toMemberView);
  }

  /** All conversations that the user is a member of now: from where on they see each, and when it changed last. */
  async all(userId: string): Promise<Readable[]> {
    return this.store.findReadable(userId);
  }

  /** By conversation: those of the given ones that the user is a member of now. */
  async among(userId: string, conversationIds: readonly string[]): Promise<ReadonlyMap<string, Member>> {
    const found = conversationIds.length > 0 ? await this.store.findPresentOf(userId, conversationIds) : [];
    return new Map(found.map((member) => [member.conversationId, member]));
  }

  /** Present or not, in id order. */
  async of(conversationId: string, userIds: readonly string[]): Promise<Member[]> {
    return this.store.findAmong(conversationId, userIds);
  }

  /**
   * Memberships that changed after a rev, removals included, in the order of their changes: whole revs, at most `limit`
   * members, or those of one rev where it changed more.
   */
  async changedAfter(conversationId: string, rev: number, limit: number): Promise<ChangedMembers> {
    const found = await this.store.findChangedAfter(conversationId, rev, limit + 1);
    const beyond = found[limit]?.rev;
    if (beyond === undefined) return { members: found, moreAfterRev: undefined };
    const whole = found.filter((member) => member.rev < beyond);
    const members = whole.length > 0 ? whole : await this.store.findChangedAt(conversationId, beyond);
    return { members, moreAfterRev: members.at(-1)?.rev };
  }
}
