import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, Repository } from 'typeorm';
import type { LockedHead } from './commit-plan.js';
import { ConversationHead } from './conversation-head.entity.js';
import { HeldFilesStore } from './held-files.store.js';
import type { Member } from './member.entity.js';
import type { ListedMember } from './member-list.js';
import {
  type MessageDraft,
  type MessageRow,
  type StoredMessage,
  messageColumns,
  messageFromRow,
  messageValues,
} from './stored-message.js';

/** One who was a member from one rev of a conversation until another. */
export interface Leaver extends Pick<
  Member,
  'conversationId' | 'userId' | 'rev' | 'joinedRev' | 'visibleAfterSeq'
> {}

/** The SQL of the log: heads, member lists, message rows. The statements of a commit run in the caller's transaction. */
@Injectable()
export class LedgerStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(ConversationHead) private readonly heads: Repository<ConversationHead>,
    private readonly heldFiles: HeldFilesStore,
  ) {}

  /** Locks the conversations' rows, in id order, and reads the server's clock with them. */
  async lockHeads(
    manager: EntityManager,
    conversationIds: readonly string[],
  ): Promise<{ heads: Map<string, LockedHead>; now: Date }> {
    const rows: (LockedHead & { now: Date })[] = await manager.query(
      `SELECT conversationId, rev, lastSeq, membersRev, changedAt, UTC_TIMESTAMP(3) AS now
       FROM conversation_heads WHERE conversationId IN (?) ORDER BY conversationId FOR UPDATE`,
      [conversationIds],
    );
    return { heads: new Map(rows.map((row) => [row.conversationId, row])), now: rows[0]?.now ?? new Date(0) };
  }

  async moveHeads(manager: EntityManager, heads: readonly LockedHead[]): Promise<void> {
    await manager.query(
      `INSERT INTO conversation_heads (conversationId, rev, lastSeq, membersRev, changedAt) VALUES ?
       ON DUPLICATE KEY UPDATE rev = VALUES(rev), lastSeq = VALUES(lastSeq), membersRev = VALUES(membersRev), changedAt = VALUES(changedAt)`,
      [heads.map((head) => [head.conversationId, head.rev, head.lastSeq, head.membersRev, head.changedAt])],
    );
  }

  /** The files that they hold must be locked. */
  async insertMessages(manager: EntityManager, messages: readonly StoredMessage[]): Promise<void> {
    await manager.query(`INSERT INTO messages (${messageColumns}) VALUES ?`, [messages.map(messageValues)]);
    await this.heldFiles.hold(manager, messages);
  }

  /** Those of the drafts' files that stand, and stand until the transaction ends. */
  lockFiles(manager: EntityManager, drafts: readonly MessageDraft[]): Promise<ReadonlySet<string>> {
    return this.heldFiles.lock(manager, drafts);
  }

  /** Which of the drafts are stored already, by sender and key. */
  async findBySendKeys(
    manager: EntityManager,
    drafts: readonly Pick<MessageDraft, 'senderId' | 'sendKey'>[],
  ): Promise<StoredMessage[]> {
    const condition = drafts.map(() => '(senderId = ? AND sendKey = ?)').join(' OR ');
    const rows: MessageRow[] = await manager.query(
      `SELECT ${messageColumns} FROM messages FORCE INDEX (messages_send_key) WHERE ${condition}`,
      drafts.flatMap(({ senderId, sendKey }) => [senderId, sendKey]),
    );
    return rows.map(messageFromRow);
  }

  /** Whether a message is stored under the key. */
  async holds(key: Pick<MessageDraft, 'senderId' | 'sendKey'>): Promise<boolean> {
    return (await this.findBySendKeys(this.dataSource.manager, [key])).length > 0;
  }

  async findHeads(conversationIds: readonly string[]): Promise<ConversationHead[]> {
    return this.heads.findBy({ conversationId: In([...conversationIds]) });
  }

  /** Who has left since a rev of each conversation. */
  async findLeavers(since: ReadonlyMap<string, number>): Promise<Leaver[]> {
    if (since.size === 0) return [];
    return this.dataSource.query(
      `SELECT conversationId, userId, rev, joinedRev, visibleAfterSeq FROM members
       WHERE removedAt IS NOT NULL AND (${[...since].map(() => '(conversationId = ? AND rev > ?)').join(' OR ')})`,
      [...since].flat(),
    );
  }

  async currentMembers(
    conversationIds: readonly string[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, ListedMember[]>> {
    const rows: (ListedMember & { conversationId: string })[] = await manager.query(
      `SELECT conversationId, userId, role, joinedRev, visibleAfterSeq, mutedUntil, blocked FROM members
       WHERE conversationId IN (?) AND removedAt IS NULL`,
      [conversationIds],
    );
    const lists = new Map<string, ListedMember[]>();
    for (const row of rows) {
      const list = lists.get(row.conversationId);
      if (list) list.push(row);
      else lists.set(row.conversationId, [row]);
    }
    return lists;
  }
}
