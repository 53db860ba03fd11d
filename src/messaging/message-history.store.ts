import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';

export interface FormerText {
  readonly text: string | null;
  readonly editedAt: Date;
}

/** What messages said before their edits, and which are pinned. */
@Injectable()
export class MessageHistoryStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Keeps a text that an edit of this rev replaces. */
  async keep(
    manager: EntityManager,
    at: { conversationId: string; seq: number; rev: number },
    former: FormerText,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO message_edits (conversationId, seq, rev, text, editedAt) VALUES (?, ?, ?, ?, ?)',
      [at.conversationId, at.seq, at.rev, former.text, former.editedAt],
    );
  }

  /** Former texts, oldest first. */
  async find(conversationId: string, seq: number): Promise<FormerText[]> {
    return this.dataSource.query(
      'SELECT text, editedAt FROM message_edits WHERE conversationId = ? AND seq = ? ORDER BY rev',
      [conversationId, seq],
    );
  }

  /** All that a deleted message leaves behind beside its row. */
  async forget(manager: EntityManager, conversationId: string, seq: number): Promise<void> {
    await manager.query('DELETE FROM message_edits WHERE conversationId = ? AND seq = ?', [
      conversationId,
      seq,
    ]);
    await this.unpin(manager, conversationId, seq);
  }

  async pin(
    manager: EntityManager,
    conversationId: string,
    seq: number,
    by: string,
    at: Date,
  ): Promise<void> {
    await manager.query('INSERT INTO pins (conversationId, seq, pinnedBy, pinnedAt) VALUES (?, ?, ?, ?)', [
      conversationId,
      seq,
      by,
      at,
    ]);
  }

  async unpin(manager: EntityManager, conversationId: string, seq: number): Promise<void> {
    await manager.query('DELETE FROM pins WHERE conversationId = ? AND seq = ?', [conversationId, seq]);
  }

  /** Seqs of pinned messages, newest message first, between two seqs, both excluded. */
  async findPinned(
    conversationId: string,
    afterSeq: number,
    beforeSeq: number,
    limit: number,
  ): Promise<number[]> {
    const rows: { seq: number }[] = await this.dataSource.query(
      'SELECT seq FROM pins WHERE conversationId = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?',
      [conversationId, afterSeq, beforeSeq, limit],
    );
    return rows.map(({ seq }) => seq);
  }
}
