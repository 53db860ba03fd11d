import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Segment, type StoredEntries, bitsByTerm, encodeEntries, sliceOf } from './slices.js';

/** Rows that one statement writes. */
const ROWS = 2_000;

export interface StoredSlice extends StoredEntries {
  readonly conversationId: string;
  readonly slice: number;
}

/** Writes the slices and their terms, in the transaction of whoever holds the conversation's position. */
@Injectable()
export class SliceStore {
  /** Appends segments that are complete to their slices. */
  async append(
    manager: EntityManager,
    segments: readonly (Segment & { readonly conversationId: string })[],
  ): Promise<void> {
    if (segments.length === 0) return;
    const slices = segments.map(({ conversationId, firstSeq, entries }) => {
      const { times, terms } = encodeEntries(entries);
      return [conversationId, sliceOf(firstSeq), new Date(entries[0]?.at ?? 0), times, terms];
    });
    await manager.query(
      `INSERT INTO search_slices (conversationId, slice, startsAt, times, terms) VALUES ?
       ON DUPLICATE KEY UPDATE times = CONCAT(times, VALUES(times)), terms = CONCAT(terms, VALUES(terms))`,
      [slices],
    );
    for (const segment of segments)
      await this.set(manager, segment.conversationId, sliceOf(segment.firstSeq), bitsByTerm(segment));
  }

  async find(
    manager: EntityManager,
    conversationId: string,
    slices: readonly number[],
  ): Promise<StoredSlice[]> {
    return manager.query(
      'SELECT conversationId, slice, times, terms FROM search_slices WHERE conversationId = ? AND slice IN (?)',
      [conversationId, slices],
    );
  }

  /** What the slice's messages hold now. */
  async replaceTerms(manager: EntityManager, { conversationId, slice, terms }: StoredSlice): Promise<void> {
    await manager.query('UPDATE search_slices SET terms = ? WHERE conversationId = ? AND slice = ?', [
      terms,
      conversationId,
      slice,
    ]);
  }

  /** The terms occur in these messages of the slice, besides others. */
  async set(
    manager: EntityManager,
    conversationId: string,
    slice: number,
    bits: ReadonlyMap<number, bigint>,
  ): Promise<void> {
    // In the order of the key: neighbours lie on one page.
    const rows = [...bits].toSorted(([a], [b]) => a - b);
    for (const some of chunks(rows))
      await manager.query(
        `INSERT INTO search_terms (conversationId, term, slice, bits) VALUES ${some
          .map(([term, ofTerm]) => `(${conversationId},${term},${slice},${ofTerm})`)
          .join()} ON DUPLICATE KEY UPDATE bits = bits | VALUES(bits)`,
      );
  }

  /** The terms occur in one message of the slice no more. */
  async clear(
    manager: EntityManager,
    conversationId: string,
    slice: number,
    { bit, terms }: { readonly bit: bigint; readonly terms: readonly number[] },
  ): Promise<void> {
    for (const some of chunks(terms)) {
      const where = 'conversationId = ? AND slice = ? AND term IN (?)';
      await manager.query(`UPDATE search_terms SET bits = bits & ~CAST(? AS UNSIGNED) WHERE ${where}`, [
        String(bit),
        conversationId,
        slice,
        some,
      ]);
      await manager.query(`DELETE FROM search_terms WHERE ${where} AND bits = 0`, [
        conversationId,
        slice,
        some,
      ]);
    }
  }
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += ROWS) parts.push(items.slice(i, i + ROWS));
  return parts;
}
