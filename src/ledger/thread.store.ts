import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { StoredMessage } from './stored-message.js';

/** What a commit writes of threads, in its transaction, under the conversations' locks. */
@Injectable()
export class ThreadStore {
  /** Puts replies into the threads of their roots, which are given as they shall stand. */
  async grow(
    manager: EntityManager,
    roots: readonly StoredMessage[],
    inserts: readonly StoredMessage[],
  ): Promise<void> {
    const replies = inserts.filter(({ threadOf }) => threadOf !== null);
    for (const { conversationId, seq, threadCount, rev } of roots)
      await manager.query(
        'UPDATE messages SET threadCount = ?, rev = ? WHERE conversationId = ? AND seq = ?',
        [threadCount, rev, conversationId, seq],
      );
    await manager.query('INSERT INTO thread_replies (conversationId, rootSeq, seq) VALUES ?', [
      replies.map(({ conversationId, threadOf, seq }) => [conversationId, threadOf, seq]),
    ]);
    await this.addFollowers(manager, roots, replies);
  }

  /** Whoever replies follows. The author does from the first reply on, unless they have decided otherwise. */
  private async addFollowers(
    manager: EntityManager,
    roots: readonly StoredMessage[],
    replies: readonly StoredMessage[],
  ): Promise<void> {
    const add = (followers: unknown[][], otherwise: string): Promise<unknown> =>
      manager.query(
        `INSERT INTO thread_followers (userId, conversationId, rootSeq, isFollowing) VALUES ?
         ON DUPLICATE KEY UPDATE isFollowing = ${otherwise}`,
        [followers],
      );
    await add(
      roots.map(({ senderId, conversationId, seq }) => [senderId, conversationId, seq, true]),
      'isFollowing',
    );
    await add(
      replies.map(({ senderId, conversationId, threadOf }) => [senderId, conversationId, threadOf, true]),
      'VALUES(isFollowing)',
    );
  }
}
