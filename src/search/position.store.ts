import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { StoredEntries } from './slices.js';

/** How far a conversation is indexed, with its open segment. */
export interface Position extends StoredEntries {
  readonly conversationId: string;
  readonly rev: number;
  readonly seq: number;
}

export interface Head {
  readonly conversationId: string;
  readonly rev: number;
  readonly lastSeq: number;
}

/** A message as far as the index is concerned. */
export interface IndexedMessage {
  readonly conversationId: string;
  readonly seq: number;
  readonly createdRev: number;
  readonly rev: number;
  readonly senderId: string;
  /** Null where there is nothing to find: of tombstones, of system messages. */
  readonly text: string | null;
  readonly createdAt: Date;
}

const NONE = Buffer.alloc(0);
const columns = `conversationId, seq, createdRev, rev, senderId, createdAt,
  CASE WHEN type = 'text' AND deletedAt IS NULL THEN text END AS text`;

/** How far the index has come, and what lies ahead of it. */
@Injectable()
export class PositionStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Conversations after an id, in id order, each with whether the index is behind it. */
  async findAfter(
    conversationId: string,
    limit: number,
  ): Promise<{ conversationId: string; isBehind: boolean }[]> {
    const rows: { conversationId: string; isBehind: unknown }[] = await this.dataSource.query(
      `SELECT h.conversationId, p.rev IS NULL OR p.rev < h.rev OR p.seq < h.lastSeq AS isBehind
       FROM (SELECT conversationId, rev, lastSeq FROM conversation_heads
         WHERE conversationId > ? ORDER BY conversationId LIMIT ?) h
       LEFT JOIN search_positions p ON p.conversationId = h.conversationId
       ORDER BY h.conversationId`,
      [conversationId, limit],
    );
    return rows.map((row) => ({ ...row, isBehind: Number(row.isBehind) === 1 }));
  }

  /** The ends of the conversations' logs as they are now; what does not exist is absent. */
  async heads(manager: EntityManager, conversationIds: readonly string[]): Promise<Head[]> {
    return manager.query(
      'SELECT conversationId, rev, lastSeq FROM conversation_heads WHERE conversationId IN (?)',
      [conversationIds],
    );
  }

  /**
   * Locks the positions of these conversations, in id order. A conversation that the index does not know begins with its
   * present rev: all its messages are still to come, and will be read as they are then.
   */
  async lock(manager: EntityManager, heads: readonly Head[]): Promise<Position[]> {
    const ids = heads.map(({ conversationId }) => conversationId);
    const known = await this.findLocked(manager, ids);
    if (known.length === heads.length) return known;
    const found = new Set(known.map(({ conversationId }) => conversationId));
    const missing = heads.filter(({ conversationId }) => !found.has(conversationId));
    await manager.query(
      `INSERT INTO search_positions (conversationId, rev, seq, times, terms) VALUES ?
       ON DUPLICATE KEY UPDATE conversationId = VALUES(conversationId)`,
      [missing.map(({ conversationId, rev }) => [conversationId, rev, 0, NONE, NONE])],
    );
    return this.findLocked(manager, ids);
  }

  async save(manager: EntityManager, positions: readonly Position[]): Promise<void> {
    await manager.query(
      `INSERT INTO search_positions (conversationId, rev, seq, times, terms) VALUES ?
       ON DUPLICATE KEY UPDATE rev = VALUES(rev), seq = VALUES(seq), times = VALUES(times), terms = VALUES(terms)`,
      [
        positions.map(({ conversationId, rev, seq, times, terms }) => [
          conversationId,
          rev,
          seq,
          times,
          terms,
        ]),
      ],
    );
  }

  /** Messages after the positions, by conversation and seq, at most so many: the last conversations may get none. */
  async findNew(
    manager: EntityManager,
    positions: readonly Position[],
    limit: number,
  ): Promise<IndexedMessage[]> {
    const after = positions.map(() => '(conversationId = ? AND seq > ?)').join(' OR ');
    return manager.query(
      `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY) WHERE ${after} ORDER BY conversationId, seq LIMIT ?`,
      [...positions.flatMap(({ conversationId, seq }) => [conversationId, seq]), limit],
    );
  }

  /** Messages up to the positions that have changed since, by conversation and rev, at most so many. */
  async findChanged(
    manager: EntityManager,
    positions: readonly Position[],
    limit: number,
  ): Promise<IndexedMessage[]> {
    if (positions.length === 0) return [];
    const changed = positions.map(() => '(conversationId = ? AND rev > ? AND seq <= ?)').join(' OR ');
    return manager.query(
      `SELECT ${columns} FROM messages FORCE INDEX (messages_rev) WHERE ${changed} ORDER BY conversationId, rev LIMIT ?`,
      [...positions.flatMap(({ conversationId, rev, seq }) => [conversationId, rev, seq]), limit],
    );
  }

  private async findLocked(manager: EntityManager, ids: readonly string[]): Promise<Position[]> {
    return manager.query(
      `SELECT conversationId, rev, seq, times, terms FROM search_positions
       WHERE conversationId IN (?) ORDER BY conversationId FOR UPDATE`,
      [ids],
    );
  }
}
