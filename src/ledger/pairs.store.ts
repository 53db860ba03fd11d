import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';

/** Who shares which conversations with whom, as far as that decides what users may know of each other. */
@Injectable()
export class PairsStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The direct conversation of two users; undefined when they have none. */
  async findDirect(
    userId: string,
    peerId: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<string | undefined> {
    const rows: { conversationId: string }[] = await manager.query(
      'SELECT conversationId FROM members WHERE userId = ? AND peerId = ?',
      [userId, peerId],
    );
    return rows[0]?.conversationId;
  }

  /** With whom these users have direct conversations. */
  async findPeers(
    userIds: readonly string[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<{ userId: string; peerId: string }[]> {
    if (userIds.length === 0) return [];
    return manager.query('SELECT userId, peerId FROM members WHERE userId IN (?) AND peerId IS NOT NULL', [
      userIds,
    ]);
  }

  /** Those of the given users who are in some conversation together with one, or all of them that there are. */
  async findSharing(userId: string, among?: readonly string[]): Promise<string[]> {
    if (among?.length === 0) return [];
    const rows: { userId: string }[] = await this.dataSource.query(
      `SELECT DISTINCT other.userId FROM members me
       JOIN members other ON other.conversationId = me.conversationId AND other.removedAt IS NULL
       WHERE me.userId = ? AND me.removedAt IS NULL ${among ? 'AND other.userId IN (?)' : ''}`,
      among ? [userId, among] : [userId],
    );
    return rows.map((row) => row.userId);
  }

  /** From now on nothing passes between the two of a direct conversation, or it does again. `at` is on record for its author. */
  async setBlocked(
    manager: EntityManager,
    conversationId: string,
    { userId, isBlocked, at }: { readonly userId: string; readonly isBlocked: boolean; readonly at: Date },
  ): Promise<void> {
    await manager.query(
      `UPDATE members SET blocked = IF(userId = ?, ?, blocked), blockChangedAt = IF(userId = ?, blockChangedAt, ?)
       WHERE conversationId = ?`,
      [userId, isBlocked, userId, at, conversationId],
    );
  }
}
