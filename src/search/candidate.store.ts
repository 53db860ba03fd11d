import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { StoredEntries } from './slices.js';

/** Where the index of a conversation ends, and between which slices the times that are looked for lie. */
export interface Opening extends StoredEntries {
  readonly conversationId: string;
  /** Of the last message of the open segment. */
  readonly seq: number;
  /** Null where no slice began in time. */
  readonly lastSlice: number | null;
  readonly firstSlice: number | null;
}

/** The same slices of several conversations, both included. */
export interface Window {
  readonly conversationIds: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** The messages of a slice that hold all terms. */
export interface Posting {
  readonly conversationId: string;
  readonly slice: number;
  readonly bits: string;
  readonly times: Buffer;
}

/** The end of the year 9998. */
const LAST_MS = Date.UTC(9999, 0, 1) - 1;

/** Above every slice. */
const ANY_SLICE = 4_294_967_295;

const lastBegun = (condition: string): string => `
  (SELECT s.slice FROM search_slices s FORCE INDEX (search_slices_time)
   WHERE s.conversationId = p.conversationId AND s.startsAt ${condition}
   ORDER BY s.conversationId DESC, s.startsAt DESC LIMIT 1)`;

/** Asks the index. Each question reads a bounded number of rows: one a conversation, or at most one a slice and term. */
@Injectable()
export class CandidateStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The open segments of these conversations. */
  async openings(
    conversationIds: readonly string[],
    { before, after }: { readonly before: number; readonly after: number },
  ): Promise<Opening[]> {
    const [last, first] = [before < LAST_MS, after > 0];
    return this.dataSource.query(
      `SELECT p.conversationId, p.seq, p.times, p.terms,
         ${last ? lastBegun('< ?') : ANY_SLICE} AS lastSlice, ${first ? lastBegun('<= ?') : 0} AS firstSlice
       FROM search_positions p WHERE p.conversationId IN (?)`,
      [...(last ? [toDate(before)] : []), ...(first ? [toDate(after)] : []), conversationIds],
    );
  }

  /** Within the windows, the slices with messages that hold all of the terms. */
  async postings(windows: readonly Window[], terms: readonly number[]): Promise<Posting[]> {
    const [first = 0, ...others] = terms;
    const joins = others.map(
      (_, i) =>
        `JOIN search_terms t${i} ON t${i}.conversationId = t.conversationId AND t${i}.term = ? AND t${i}.slice = t.slice`,
    );
    const bits = ['t', ...others.map((_, i) => `t${i}`)].map((table) => `${table}.bits`).join(' & ');
    const within = windows.map(() => '(t.conversationId IN (?) AND t.term = ? AND t.slice BETWEEN ? AND ?)');
    return this.dataSource.query(
      `SELECT STRAIGHT_JOIN t.conversationId, t.slice, ${bits} AS bits, s.times
       FROM search_terms t ${joins.join(' ')}
       JOIN search_slices s ON s.conversationId = t.conversationId AND s.slice = t.slice
       WHERE (${within.join(' OR ')}) AND ${bits} <> 0`,
      [...others, ...windows.flatMap(({ conversationIds, from, to }) => [conversationIds, first, from, to])],
    );
  }

  /** When these slices began. */
  async beginnings(
    slices: readonly { readonly conversationId: string; readonly slice: number }[],
  ): Promise<{ conversationId: string; startsAt: Date }[]> {
    if (slices.length === 0) return [];
    const these = slices.map(() => '(conversationId = ? AND slice = ?)').join(' OR ');
    return this.dataSource.query(
      `SELECT conversationId, startsAt FROM search_slices WHERE ${these}`,
      slices.flatMap(({ conversationId, slice }) => [conversationId, slice]),
    );
  }
}

/** Within what a column can hold. */
const toDate = (milliseconds: number): Date => new Date(Math.min(Math.max(milliseconds, 0), LAST_MS));
