import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';

/** How far one member has read, or has had delivered. */
export interface Mark {
  readonly conversationId: string;
  readonly userId: string;
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

export interface StandingMark extends Mark {
  readonly lastSeq: number;
  /** Whether others are not to know how far this member has read. */
  readonly isReadHidden: boolean;
  /** The server's clock. */
  readonly now: Date;
}

/** When a member's mark came to a seq: one of the two, or both at once. */
export interface ReceiptTime {
  readonly conversationId: string;
  readonly userId: string;
  readonly seq: number;
  readonly deliveredAt: Date | null;
  readonly readAt: Date | null;
}

export interface ForgottenTimes {
  readonly conversationId: string;
  readonly userId: string;
  readonly beforeSeq: number;
  readonly exceptSeq: number;
}

/** A member's marks, as far as others may know of them. */
export interface MarkedMember {
  readonly userId: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly isReadHidden: boolean;
}

export type Times = Pick<ReceiptTime, 'deliveredAt' | 'readAt'>;

@Injectable()
export class ReceiptsStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The marks as they stand, with the conversations' last seq; users who are no members are absent. */
  async standing(
    manager: EntityManager,
    marks: readonly Pick<Mark, 'conversationId' | 'userId'>[],
  ): Promise<StandingMark[]> {
    const rows: (Mark & { lastSeq: number; now: Date; hides: number | null })[] = await manager.query(
      `SELECT m.conversationId, m.userId, m.readSeq, m.deliveredSeq, h.lastSeq, u.hidesReadReceipts AS hides,
         UTC_TIMESTAMP(3) AS now
       FROM members m FORCE INDEX (PRIMARY) JOIN conversation_heads h ON h.conversationId = m.conversationId LEFT JOIN users u ON u.id = m.userId
       WHERE m.removedAt IS NULL AND (${marks.map(() => '(m.conversationId = ? AND m.userId = ?)').join(' OR ')})`,
      marks.flatMap(({ conversationId, userId }) => [conversationId, userId]),
    );
    return rows.map(({ hides, ...mark }) => ({ ...mark, isReadHidden: hides === 1 }));
  }

  /** Marks only rise, whoever writes at the same time. Given in key order, so that two writers can't block each other. */
  async raise(manager: EntityManager, marks: readonly Mark[]): Promise<void> {
    const wanted = marks.map(
      () =>
        `SELECT CAST(? AS SIGNED) AS conversationId, CAST(? AS SIGNED) AS userId,
           CAST(? AS UNSIGNED) AS readSeq, CAST(? AS UNSIGNED) AS deliveredSeq`,
    );
    await manager.query(
      `UPDATE members m JOIN (${wanted.join(' UNION ALL ')}) w
         ON m.conversationId = w.conversationId AND m.userId = w.userId
       SET m.readSeq = GREATEST(m.readSeq, w.readSeq), m.deliveredSeq = GREATEST(m.deliveredSeq, w.deliveredSeq)`,
      marks.flatMap(({ conversationId, userId, readSeq, deliveredSeq }) => [
        conversationId,
        userId,
        readSeq,
        deliveredSeq,
      ]),
    );
  }

  /** The first time that a mark came to a seq stays. Given in key order too. */
  async noteTimes(manager: EntityManager, times: readonly ReceiptTime[]): Promise<void> {
    await manager.query(
      `INSERT INTO receipt_times (conversationId, userId, seq, deliveredAt, readAt) VALUES ?
       ON DUPLICATE KEY UPDATE deliveredAt = COALESCE(deliveredAt, VALUES(deliveredAt)), readAt = COALESCE(readAt, VALUES(readAt))`,
      [
        times.map(({ conversationId, userId, seq, deliveredAt, readAt }) => [
          conversationId,
          userId,
          seq,
          deliveredAt,
          readAt,
        ]),
      ],
    );
  }

  async forgetTimes(manager: EntityManager, forgotten: readonly ForgottenTimes[]): Promise<void> {
    const condition = '(conversationId = ? AND userId = ? AND seq < ? AND seq <> ?)';
    await manager.query(
      `DELETE FROM receipt_times WHERE ${forgotten.map(() => condition).join(' OR ')}`,
      forgotten.flatMap(({ conversationId, userId, beforeSeq, exceptSeq }) => [
        conversationId,
        userId,
        beforeSeq,
        exceptSeq,
      ]),
    );
  }

  /** Present members, but one, who were members when a message was sent; after a user, in id order. */
  async findMarks(
    { conversationId, seq }: { readonly conversationId: string; readonly seq: number },
    exceptUserId: string,
    afterUserId: string,
    limit: number,
  ): Promise<MarkedMember[]> {
    const rows: (MarkedMember & { hides: number | null })[] = await this.dataSource.query(
      `SELECT m.userId, m.deliveredSeq, m.readSeq, u.hidesReadReceipts AS hides
       FROM members m LEFT JOIN users u ON u.id = m.userId
       WHERE m.conversationId = ? AND m.userId > ? AND m.userId <> ? AND m.removedAt IS NULL AND m.joinedSeq < ?
       ORDER BY m.userId LIMIT ?`,
      [conversationId, afterUserId, exceptUserId, seq, limit],
    );
    return rows.map(({ hides, ...member }) => ({ ...member, isReadHidden: hides === 1 }));
  }

  /** By user: when their marks passed a seq, as far as it is still known. */
  async findTimes(
    conversationId: string,
    userIds: readonly string[],
    seq: number,
  ): Promise<Map<string, Times>> {
    if (userIds.length === 0) return new Map();
    const rows: (Times & { userId: string })[] = await this.dataSource.query(
      `SELECT userId, MIN(deliveredAt) AS deliveredAt, MIN(readAt) AS readAt FROM receipt_times
       WHERE conversationId = ? AND userId IN (?) AND seq >= ? GROUP BY userId`,
      [conversationId, userIds, seq],
    );
    return new Map(rows.map((row) => [row.userId, row]));
  }
}
