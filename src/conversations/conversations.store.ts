import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, Repository } from 'typeorm';
import type { MemberRole } from '../ledger/member.entity.js';
import { inSnapshot } from '../platform/database/transaction.js';
import { Conversation } from './conversation.entity.js';
import { type Unread, UnreadStore } from './unread.store.js';

/** A conversation with its numbers and one user's own state, which is null where that user is no member. */
export interface ConversationRow extends Conversation, Unread {
  readonly headRev: number;
  readonly lastSeq: number;
  readonly changedAt: Date;
  readonly role: MemberRole | null;
  readonly readSeq: number | null;
  readonly visibleAfterSeq: number | null;
  readonly muted: number | null;
  readonly pinned: number | null;
  readonly archived: number | null;
  readonly peerBlocked: number | null;
}

/** Where a page of conversations ended. */
export interface ActivityKey {
  readonly changedAt: Date;
  readonly id: string;
}

const columns = `c.id, c.type, c.directKey, c.name, c.topic, c.avatarUrl, c.historyVisibility, c.createdAt, c.updatedAt,
    h.rev AS headRev, h.lastSeq, h.changedAt, m.role, m.readSeq, m.visibleAfterSeq, m.muted, m.pinned, m.archived,
    (SELECT p.blocked FROM members p WHERE p.conversationId = c.id AND p.userId = m.peerId) AS peerBlocked,
    c.memberCount`;

const joined = `
  JOIN conversation_heads h ON h.conversationId = m.conversationId
  JOIN conversations c ON c.id = m.conversationId`;

const mine = `
  SELECT ${columns} FROM members m ${joined}
  WHERE m.userId = ? AND m.removedAt IS NULL`;

const byActivity = 'ORDER BY h.changedAt DESC, m.conversationId DESC';

const channels = `
  SELECT ${columns}
  FROM conversations c
  JOIN conversation_heads h ON h.conversationId = c.id
  LEFT JOIN members m ON m.conversationId = c.id AND m.userId = ? AND m.removedAt IS NULL
  WHERE c.type = 'channel' AND c.deletedAt IS NULL`;

@Injectable()
export class ConversationsStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(Conversation) private readonly conversations: Repository<Conversation>,
    private readonly unread: UnreadStore,
  ) {}

  async findDirect(directKey: string): Promise<string | undefined> {
    const found = await this.conversations.findOne({ where: { directKey }, select: { id: true } });
    return found?.id;
  }

  /** Made by the request that this key stands for. */
  async findCreated(creationKey: Buffer): Promise<string | undefined> {
    const found = await this.conversations.findOne({ where: { creationKey }, select: { id: true } });
    return found?.id;
  }

  /** As the given transaction sees it, or as of now. */
  find(id: string, manager: EntityManager = this.conversations.manager): Promise<Conversation | null> {
    return manager.findOneBy(Conversation, { id });
  }

  async insert(manager: EntityManager, conversation: Conversation): Promise<void> {
    await manager.insert(Conversation, conversation);
  }

  async update(manager: EntityManager, id: string, change: Partial<Conversation>): Promise<void> {
    await manager.update(Conversation, { id }, change);
  }

  /** Those of the given conversations that the user is a member of, as that member sees them. */
  async findFor(userId: string, conversationIds: readonly string[]): Promise<ConversationRow[]> {
    if (conversationIds.length === 0) return [];
    return this.read(userId, `${mine} AND m.conversationId IN (?)`, [userId, conversationIds]);
  }

  /** All that the user is a member of, newest activity first. */
  async findAll(userId: string): Promise<ConversationRow[]> {
    return this.read(userId, `${mine} ${byActivity}`, [userId]);
  }

  /** Likewise, so many of those before a key. */
  async findByActivity(
    userId: string,
    before: ActivityKey | undefined,
    limit: number,
  ): Promise<ConversationRow[]> {
    const after = before ? 'AND (h.changedAt < ? OR (h.changedAt = ? AND m.conversationId < ?))' : '';
    const keys = before ? [before.changedAt, before.changedAt, before.id] : [];
    // Which ones is decided first, by two numbers of each: only what is shown is read whole.
    return this.read(
      userId,
      `SELECT ${columns}
       FROM (
         SELECT m.conversationId FROM members m
         JOIN conversation_heads h ON h.conversationId = m.conversationId
         WHERE m.userId = ? AND m.removedAt IS NULL ${after}
         ${byActivity} LIMIT ?
       ) newest
       JOIN members m ON m.conversationId = newest.conversationId AND m.userId = ? ${joined}
       ${byActivity}`,
      [userId, ...keys, limit, userId],
    );
  }

  /** A channel as anyone may see it. */
  async findChannel(userId: string, id: string): Promise<ConversationRow | undefined> {
    const [row] = await this.read(userId, `${channels} AND c.id = ?`, [userId, id]);
    return row;
  }

  /** Channels whose name or topic holds the text, in any case, after an id, in id order. */
  async findChannels(
    userId: string,
    search: string,
    { after = '0', limit, onlyMine }: { after: string | undefined; limit: number; onlyMine: boolean },
  ): Promise<ConversationRow[]> {
    const part = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const holds = ['name', 'topic'].map((name) => `c.${name} COLLATE utf8mb4_unicode_520_ci LIKE ?`);
    return this.read(
      userId,
      `${channels} AND (${holds.join(' OR ')}) AND c.id > ? ${onlyMine ? 'AND m.userId IS NOT NULL' : ''}
       ORDER BY c.id LIMIT ?`,
      [userId, part, part, after, limit],
    );
  }
  /** Marks, last seqs and counts of one moment: who applies later changes to them stays right. */
  private async read(userId: string, sql: string, parameters: unknown[]): Promise<ConversationRow[]> {
    return inSnapshot(this.dataSource, async (manager) => {
      const rows: Omit<ConversationRow, keyof Unread>[] = await manager.query(sql, parameters);
      const counts = await this.unread.count(
        manager,
        userId,
        rows.map(({ id, readSeq, lastSeq }) => ({
          conversationId: id,
          readSeq: readSeq ?? lastSeq,
          lastSeq,
        })),
      );
      return rows.map((row) => ({ ...row, ...(counts.get(row.id) ?? nothing) }));
    });
  }
}

const nothing: Unread = { unread: 0, mentions: 0 };
