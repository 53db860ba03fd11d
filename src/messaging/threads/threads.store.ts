import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** A thread that a user follows, by the numbers of its messages. */
export interface FollowedThread {
  readonly conversationId: string;
  readonly rootSeq: number;
  readonly lastSeq: number;
  /** Id of the newest reply: the list is in this order. */
  readonly lastId: string;
  readonly visibleAfterSeq: number;
  readonly unread: string;
}

/** Who follows which threads, and what is in them. */
@Injectable()
export class ThreadsStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Seqs of a thread's replies after a seq, ascending. */
  async findReplies(
    conversationId: string,
    rootSeq: number,
    afterSeq: number,
    limit: number,
  ): Promise<number[]> {
    const rows: { seq: number }[] = await this.dataSource.query(
      'SELECT seq FROM thread_replies WHERE conversationId = ? AND rootSeq = ? AND seq > ? ORDER BY seq LIMIT ?',
      [conversationId, rootSeq, afterSeq, limit],
    );
    return rows.map(({ seq }) => seq);
  }

  async setFollowing(
    userId: string,
    { conversationId, seq }: { readonly conversationId: string; readonly seq: number },
    isFollowing: boolean,
  ): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO thread_followers (userId, conversationId, rootSeq, isFollowing) VALUES (?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE isFollowing = VALUES(isFollowing)`,
      [userId, conversationId, seq, isFollowing],
    );
  }

  /** Threads with replies that the user follows and sees, newest reply first, those before one of an id. */
  async findFollowed(userId: string, beforeId: string | undefined, limit: number): Promise<FollowedThread[]> {
    return this.dataSource.query(
      `SELECT f.conversationId, f.rootSeq, last.seq AS lastSeq, last.id AS lastId, m.visibleAfterSeq,
         (SELECT COUNT(*) FROM thread_replies u
          JOIN messages t ON t.conversationId = u.conversationId AND t.seq = u.seq
          WHERE u.conversationId = f.conversationId AND u.rootSeq = f.rootSeq AND u.seq > m.readSeq
            AND t.senderId <> f.userId AND t.deletedAt IS NULL) AS unread
       FROM thread_followers f
       JOIN members m ON m.conversationId = f.conversationId AND m.userId = f.userId
       JOIN messages root ON root.conversationId = f.conversationId AND root.seq = f.rootSeq
       JOIN messages last ON last.conversationId = f.conversationId AND last.seq =
         (SELECT MAX(r.seq) FROM thread_replies r WHERE r.conversationId = f.conversationId AND r.rootSeq = f.rootSeq)
       WHERE f.userId = ? AND f.isFollowing = 1 AND m.removedAt IS NULL AND f.rootSeq > m.visibleAfterSeq
         AND root.threadCount > 0 ${beforeId === undefined ? '' : 'AND last.id < ?'}
       ORDER BY last.id DESC LIMIT ?`,
      [userId, ...(beforeId === undefined ? [] : [beforeId]), limit],
    );
  }
}
