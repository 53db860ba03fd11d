import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { MessageKey } from '../ledger/message-key.js';
import { File } from './file.entity.js';

const standing = '(f.expiresAt IS NULL OR f.expiresAt > UTC_TIMESTAMP(3))';

export type NewFile = Omit<File, 'createdAt' | 'expiresAt'>;

/** The SQL of uploads. What messages hold which files is written by the log, with the messages. */
@Injectable()
export class FilesStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** It stands for so many hours, and on while a message holds it. */
  async insert(file: NewFile, hours: number): Promise<void> {
    const { id, uploaderId, name, contentType, size, width, height, thumbnailSize } = file;
    await this.dataSource.query(
      `INSERT INTO files (id, uploaderId, name, contentType, size, width, height, thumbnailSize, createdAt, expiresAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? HOUR)`,
      [id, uploaderId, name, contentType, size, width, height, thumbnailSize, hours],
    );
  }

  async findStanding(ids: readonly string[]): Promise<File[]> {
    if (ids.length === 0) return [];
    return this.dataSource.query(`SELECT f.* FROM files f WHERE f.id IN (?) AND ${standing}`, [ids]);
  }

  /** Whether a message holds the file that the user sees as a present member of its conversation. */
  async isSeenBy(userId: string, fileId: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `SELECT 1 FROM message_files h
       JOIN members m ON m.conversationId = h.conversationId AND m.userId = ? AND m.removedAt IS NULL
         AND m.visibleAfterSeq < h.seq
       WHERE h.fileId = ? LIMIT 1`,
      [userId, fileId],
    );
    return rows.length > 0;
  }

  async isHeldBy({ conversationId, seq }: MessageKey, fileId: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      'SELECT 1 FROM message_files WHERE conversationId = ? AND seq = ? AND fileId = ?',
      [conversationId, seq, fileId],
    );
    return rows.length > 0;
  }

  /** Those that stand, stand until then at least. */
  async keepUntil(ids: readonly string[], until: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.dataSource.query(
      `UPDATE files f SET f.expiresAt = ? WHERE f.id IN (?) AND f.expiresAt < ? AND ${standing}`,
      [until, ids, until],
    );
  }

  /** Bytes that the user has stored. */
  async sizeOf(uploaderId: string): Promise<number> {
    const [row]: { total: string | null }[] = await this.dataSource.query(
      'SELECT SUM(size) AS total FROM files WHERE uploaderId = ?',
      [uploaderId],
    );
    return Number(row?.total ?? 0);
  }

  /**
   * Files whose time is over. They can't be held again: where a send is about to, its lock is passed over here, and
   * from now on it finds that their time is over.
   */
  async findExpired(limit: number): Promise<Pick<File, 'id' | 'thumbnailSize'>[]> {
    return this.dataSource.query(
      `SELECT id, thumbnailSize FROM files WHERE expiresAt <= UTC_TIMESTAMP(3)
       ORDER BY expiresAt LIMIT ? FOR UPDATE SKIP LOCKED`,
      [limit],
    );
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.dataSource.query('DELETE FROM files WHERE id IN (?)', [ids]);
  }

  /** Those of the ids that have a row. */
  async findExisting(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows: { id: string }[] = await this.dataSource.query('SELECT id FROM files WHERE id IN (?)', [ids]);
    return new Set(rows.map(({ id }) => id));
  }
}
