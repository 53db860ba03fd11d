import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, MoreThan, Repository } from 'typeorm';
import { Member, type MemberRole } from '../ledger/member.entity.js';
import { batched } from '../platform/jobs/batched.js';
import { Conversation } from './conversation.entity.js';
import type { MemberSettings } from './members.dto.js';

const presentOne = 'SELECT m.* FROM members m WHERE conversationId = ? AND userId = ? AND removedAt IS NULL';
/** The keys are a table: of many conditions joined by OR the server would make a plan in quadratic time. */
const presentAt = `
  SELECT STRAIGHT_JOIN m.*
  FROM JSON_TABLE(?, '$[*]' COLUMNS (ofConversation BIGINT PATH '$[0]', ofUser BIGINT PATH '$[1]')) wanted
  JOIN members m ON m.conversationId = ofConversation AND m.userId = ofUser AND m.removedAt IS NULL`;

const switches = ['blocked', 'muted', 'pinned', 'archived'] as const;
type MemberRow = Omit<Member, (typeof switches)[number]> & Record<(typeof switches)[number], number>;

/** A conversation as far as one member may read it. */
export interface Readable {
  readonly conversationId: string;
  readonly visibleAfterSeq: number;
  readonly changedAt: Date;
}

/** Who is in which conversation. What changes a membership runs in a transaction that holds the conversation's head. */
@Injectable()
export class MembersStore {
  /** Every read of a conversation asks for one, and whoever comes back for as many as there is news from. */
  private readonly present = batched((keys: readonly string[]) => this.findPresentAt(keys));

  constructor(@InjectRepository(Member) private readonly members: Repository<Member>) {}

  findPresent(conversationId: string, userId: string): Promise<Member | undefined> {
    return this.present(`${conversationId} ${userId}`);
  }

  /** The user's present memberships of the given conversations. */
  async findPresentOf(userId: string, conversationIds: readonly string[]): Promise<Member[]> {
    const found = await Promise.all(conversationIds.map((id) => this.findPresent(id, userId)));
    return found.filter((member) => member !== undefined);
  }

  /** The user's present memberships, in no order. */
  findReadable(userId: string): Promise<Readable[]> {
    return this.members.query(
      `SELECT m.conversationId, m.visibleAfterSeq, h.changedAt
       FROM members m JOIN conversation_heads h ON h.conversationId = m.conversationId
       WHERE m.userId = ? AND m.removedAt IS NULL`,
      [userId],
    );
  }

  /** The present members, in id order. */
  findPage(conversationId: string, afterUserId: string | undefined, limit: number): Promise<Member[]> {
    return this.members.find({
      where: { conversationId, removedAt: IsNull(), ...(afterUserId && { userId: MoreThan(afterUserId) }) },
      order: { userId: 'ASC' },
      take: limit,
    });
  }

  /** Memberships that changed after a rev, removals included, in the order of their changes; at most so many. */
  findChangedAfter(conversationId: string, rev: number, limit: number): Promise<Member[]> {
    return this.members.find({
      where: { conversationId, rev: MoreThan(rev) },
      order: { rev: 'ASC', userId: 'ASC' },
      take: limit,
    });
  }

  /** Those whose last change is of this rev: as many as one call has added. */
  findChangedAt(conversationId: string, rev: number): Promise<Member[]> {
    return this.members.find({ where: { conversationId, rev }, order: { userId: 'ASC' } });
  }

  /** Present or not; users who never were members are absent. In id order. */
  findAmong(
    conversationId: string,
    userIds: readonly string[],
    manager: EntityManager = this.members.manager,
  ): Promise<Member[]> {
    return manager.find(Member, {
      where: { conversationId, userId: In([...userIds]) },
      order: { userId: 'ASC' },
    });
  }

  /** Stores memberships that begin, also of users who were members before: their settings stay. */
  async save(manager: EntityManager, members: readonly Member[]): Promise<void> {
    // In key order, so that two writers can't block each other.
    const rows = members
      .toSorted((a, b) => (BigInt(a.userId) < BigInt(b.userId) ? -1 : 1))
      .map((member) => columns.map((column) => member[column]));
    const updates = columns.slice(2).map((column) => `${column} = VALUES(${column})`);
    await manager.query(
      `INSERT INTO members (${columns.join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ${updates.join(', ')}`,
      [rows],
    );
  }

  async remove(
    manager: EntityManager,
    conversationId: string,
    userIds: readonly string[],
    { rev, at }: { readonly rev: number; readonly at: Date },
  ): Promise<void> {
    await manager.update(
      Member,
      { conversationId, userId: In([...userIds]), removedAt: IsNull() },
      { rev, removedAt: at },
    );
  }

  /** How many they are from now on. */
  async setCount(manager: EntityManager, conversationId: string, memberCount: number): Promise<void> {
    await manager.update(Conversation, { id: conversationId }, { memberCount });
  }

  async setRole(
    manager: EntityManager,
    conversationId: string,
    userId: string,
    { role, rev }: { readonly role: MemberRole; readonly rev: number },
  ): Promise<void> {
    await manager.update(Member, { conversationId, userId }, { role, rev });
  }

  async setMuted(
    manager: EntityManager,
    conversationId: string,
    userId: string,
    { until, rev }: { readonly until: Date | null; readonly rev: number },
  ): Promise<void> {
    await manager.update(Member, { conversationId, userId }, { mutedUntil: until, rev });
  }

  /** No change of the conversation: it takes no rev. */
  async set(conversationId: string, userId: string, settings: MemberSettings): Promise<void> {
    if (Object.values(settings).every((value) => value === undefined)) return;
    await this.members.update({ conversationId, userId }, settings);
  }

  private async findPresentAt(keys: readonly string[]): Promise<Map<string, Member>> {
    const pairs = keys.map((key) => key.split(' '));
    const rows: MemberRow[] = await (pairs.length === 1
      ? this.members.query(presentOne, pairs[0])
      : this.members.query(presentAt, [JSON.stringify(pairs)]));
    return new Map(rows.map((row) => [`${row.conversationId} ${row.userId}`, memberFromRow(row)]));
  }
}

const memberFromRow = (row: MemberRow): Member =>
  Object.assign(
    row,
    Object.fromEntries(switches.map((name) => [name, row[name] === 1])),
  ) as unknown as Member;

const columns = [
  'conversationId',
  'userId',
  'role',
  'rev',
  'joinedRev',
  'joinedAt',
  'removedAt',
  'readSeq',
  'deliveredSeq',
  'joinedSeq',
  'visibleAfterSeq',
  'peerId',
] as const satisfies readonly (keyof Member)[];
