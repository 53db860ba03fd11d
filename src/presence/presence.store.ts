import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Look } from './presence-look.js';
import { type ShownStatus, type StoredPresence, unspokenOf } from './presence-rules.js';

type Said = Partial<Pick<StoredPresence, 'status' | 'statusText' | 'statusTextUntil' | 'showsLastSeen'>>;

const columns =
  'userId, status, statusText, statusTextUntil, showsLastSeen, lastSeenAt, shownStatus, shownText';

@Injectable()
export class PresenceStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Of all of them, by user. */
  async findMany(userIds: readonly string[]): Promise<Map<string, StoredPresence>> {
    const found = new Map(userIds.map((userId) => [userId, unspokenOf(userId)]));
    if (userIds.length === 0) return found;
    const rows: (Omit<StoredPresence, 'showsLastSeen'> & { showsLastSeen: number })[] =
      await this.dataSource.query(`SELECT ${columns} FROM presences WHERE userId IN (?)`, [userIds]);
    for (const row of rows) found.set(row.userId, { ...row, showsLastSeen: Boolean(row.showsLastSeen) });
    return found;
  }

  /** Keeps what a user has said; what is absent stays. */
  async say(userId: string, said: Said): Promise<void> {
    const { status, statusText, statusTextUntil, showsLastSeen } = { ...unspokenOf(userId), ...said };
    const updates = Object.keys(said).map((column) => `${column} = VALUES(${column})`);
    await this.dataSource.query(
      `INSERT INTO presences (userId, status, statusText, statusTextUntil, showsLastSeen) VALUES (?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE ${updates.join(', ')}`,
      [userId, status, statusText, statusTextUntil, showsLastSeen],
    );
  }

  /** Puts on record what others were told; what the users have said stays. */
  async record(looks: readonly Look[]): Promise<void> {
    if (looks.length === 0) return;
    // In key order, so that two writers can't block each other.
    const rows = looks
      .toSorted((a, b) => (BigInt(a.due.userId) < BigInt(b.due.userId) ? -1 : 1))
      .map(({ due, stored, told }) => [
        due.userId,
        stored.status,
        told.lastSeenAt,
        told.status,
        told.statusText,
      ]);
    await this.dataSource.query(
      `INSERT INTO presences (userId, status, lastSeenAt, shownStatus, shownText) VALUES ?
       ON DUPLICATE KEY UPDATE lastSeenAt = VALUES(lastSeenAt), shownStatus = VALUES(shownStatus), shownText = VALUES(shownText)`,
      [rows],
    );
  }

  /** Users of whom others were told so last, after the given one, in the order of their ids. */
  async findShown(status: ShownStatus, afterUserId: string, limit: number): Promise<string[]> {
    const rows: { userId: string }[] = await this.dataSource.query(
      'SELECT userId FROM presences WHERE shownStatus = ? AND userId > ? ORDER BY userId LIMIT ?',
      [status, afterUserId, limit],
    );
    return rows.map(({ userId }) => userId);
  }

  /** Users whose text has ended, though others were told of it and of no end. */
  async findEndedTexts(now: Date, limit: number): Promise<string[]> {
    const rows: { userId: string }[] = await this.dataSource.query(
      'SELECT userId FROM presences WHERE statusTextUntil <= ? AND shownText IS NOT NULL ORDER BY statusTextUntil LIMIT ?',
      [now, limit],
    );
    return rows.map(({ userId }) => userId);
  }
}
