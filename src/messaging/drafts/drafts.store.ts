import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** What a user has begun to write in a conversation. */
export interface Draft {
  readonly conversationId: string;
  readonly text: string;
  readonly replyTo: number | null;
  readonly threadOf: number | null;
  readonly updatedAt: Date;
}

/** A draft counts for as long as the membership in which it was written. */
const mine = `
  FROM drafts d
  LEFT JOIN members m ON m.conversationId = d.conversationId AND m.userId = d.userId AND m.removedAt IS NULL
    AND m.joinedAt <= d.updatedAt
  WHERE d.userId = ?`;
const columns = 'd.conversationId, d.text, d.replyTo, d.threadOf, d.updatedAt';

@Injectable()
export class DraftsStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async find(userId: string, conversationId: string): Promise<Draft | undefined> {
    const rows: Draft[] = await this.dataSource.query(
      `SELECT ${columns} ${mine} AND d.conversationId = ? AND m.userId IS NOT NULL`,
      [userId, conversationId],
    );
    return rows[0];
  }

  /** A user's, newest first, before a place. */
  async findAll(
    userId: string,
    before: { readonly changedAt: Date; readonly id: string } | undefined,
    limit: number,
  ): Promise<Draft[]> {
    const place = before ? 'AND (d.updatedAt < ? OR (d.updatedAt = ? AND d.conversationId < ?))' : '';
    return this.dataSource.query(
      `SELECT ${columns} ${mine} AND m.userId IS NOT NULL ${place} ORDER BY d.updatedAt DESC, d.conversationId DESC LIMIT ?`,
      [userId, ...(before ? [before.changedAt, before.changedAt, before.id] : []), limit],
    );
  }

  async save(
    userId: string,
    { conversationId, text, replyTo, threadOf }: Omit<Draft, 'updatedAt'>,
  ): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO drafts (userId, conversationId, text, replyTo, threadOf, updatedAt)
       VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE text = VALUES(text), replyTo = VALUES(replyTo), threadOf = VALUES(threadOf), updatedAt = VALUES(updatedAt)`,
      [userId, conversationId, text, replyTo, threadOf],
    );
  }

  /** Whether there was one. */
  async remove(userId: string, conversationId: string): Promise<boolean> {
    const { affectedRows }: { affectedRows: number } = await this.dataSource.query(
      'DELETE FROM drafts WHERE userId = ? AND conversationId = ?',
      [userId, conversationId],
    );
    return affectedRows > 0;
  }

  /** Forgets a user's drafts of conversations that they are no member of any more, or are one of anew. */
  async forgetFormer(userId: string): Promise<void> {
    await this.dataSource.query(`DELETE d ${mine} AND m.userId IS NULL`, [userId]);
  }
}
