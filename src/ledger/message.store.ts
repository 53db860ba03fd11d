import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Message } from './message.entity.js';
import { type MessageKey, keyOf, referredBy } from './message-key.js';
import {
  type MessageDraft,
  type MessageRow,
  type StoredMessage,
  messageColumns,
  messageFromRow,
} from './stored-message.js';

/** The keys are a table: of many conditions joined by OR the server would make a plan in quadratic time. */
const atKeys = `
  SELECT STRAIGHT_JOIN ${messageColumns}
  FROM JSON_TABLE(?, '$[*]' COLUMNS (ofConversation BIGINT PATH '$[0]', atSeq BIGINT PATH '$[1]')) wanted
  JOIN messages ON conversationId = ofConversation AND seq = atSeq`;

/** Reads messages by their numbers: each question is one range, or a few points, of the clustered index. */
@Injectable()
export class MessageStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Those that exist, in no order; as the given transaction sees them, or as of now. */
  async findAt(
    keys: readonly MessageKey[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<StoredMessage[]> {
    if (keys.length === 0) return [];
    const wanted = new Map(keys.map((key) => [keyOf(key), [key.conversationId, key.seq]]));
    const rows: MessageRow[] = await manager.query(atKeys, [JSON.stringify([...wanted.values()])]);
    return rows.map(messageFromRow);
  }

  /**
   * What sends refer to, by key: what they answer, the messages that they name as their threads, and what these in turn
   * refer to. No question where no send refers to anything.
   */
  async findReferred(
    drafts: readonly MessageDraft[],
    manager: EntityManager,
  ): Promise<ReadonlyMap<string, StoredMessage>> {
    const known = new Map<string, StoredMessage>();
    const fetch = async (keys: readonly MessageKey[]): Promise<void> => {
      const missing = keys.filter((key) => !known.has(keyOf(key)));
      for (const message of await this.findAt(missing, manager)) known.set(keyOf(message), message);
    };
    await fetch(drafts.flatMap(referredBy));
    const named = drafts.flatMap(({ conversationId, threadOf }) =>
      threadOf === null ? [] : (known.get(keyOf({ conversationId, seq: threadOf })) ?? []),
    );
    await fetch(named.flatMap(referredBy));
    return known;
  }

  /** Ascending; seqs after `after` and before `before`, both excluded. */
  async findBetween(
    conversationId: string,
    after: number,
    before: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.query('conversationId = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT ?', [
      conversationId,
      after,
      before,
      limit,
    ]);
  }

  /** Likewise the last ones of these, ascending. */
  async findLastBefore(
    conversationId: string,
    after: number,
    before: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    const rows = await this.query('conversationId = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?', [
      conversationId,
      after,
      before,
      limit,
    ]);
    return rows.toReversed();
  }

  /** Others' messages after a seq up to another, included, ascending. */
  async findOthersBetween(
    conversationId: string,
    userId: string,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.query('conversationId = ? AND seq > ? AND seq <= ? AND senderId <> ? ORDER BY seq LIMIT ?', [
      conversationId,
      after,
      upTo,
      userId,
      limit,
    ]);
  }

  /** Messages after a seq whose last change is after a rev, in the order of those changes. */
  async findChangedAfter(
    conversationId: string,
    rev: number,
    afterSeq: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.query('conversationId = ? AND rev > ? AND seq > ? ORDER BY rev LIMIT ?', [
      conversationId,
      rev,
      afterSeq,
      limit,
    ]);
  }

  /** Likewise those up to another seq, without those that nobody has changed since they were made. */
  async findOlderChangedAfter(
    conversationId: string,
    rev: number,
    { afterSeq, upToSeq }: { readonly afterSeq: number; readonly upToSeq: number },
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.query(
      'conversationId = ? AND rev > ? AND seq > ? AND seq <= ? AND rev > createdRev ORDER BY rev LIMIT ?',
      [conversationId, rev, afterSeq, upToSeq, limit],
    );
  }

  /** A message as it stands in a transaction; its conversation's head must be locked. */
  async find(
    manager: EntityManager,
    conversationId: string,
    seq: number,
  ): Promise<StoredMessage | undefined> {
    const rows: MessageRow[] = await manager.query(
      `SELECT ${messageColumns} FROM messages WHERE conversationId = ? AND seq = ?`,
      [conversationId, seq],
    );
    return rows[0] && messageFromRow(rows[0]);
  }

  /** Stores what may change of a message: its numbers, sender and time of creation never do. */
  async update(manager: EntityManager, message: StoredMessage): Promise<void> {
    const { conversationId, seq } = message;
    const changed = Object.fromEntries(changeable.map((column) => [column, message[column]]));
    await manager.update(Message, { conversationId, seq }, changed);
  }

  private async query(
    condition: string,
    parameters: unknown[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<StoredMessage[]> {
    const rows: MessageRow[] = await manager.query(
      `SELECT ${messageColumns} FROM messages WHERE ${condition}`,
      parameters,
    );
    return rows.map(messageFromRow);
  }
}

const changeable = [
  'rev',
  'text',
  'attachments',
  'replyTo',
  'threadCount',
  'mentions',
  'mentionAll',
  'forwarded',
  'metadata',
  'reactions',
  'pinned',
  'editedAt',
  'deletedAt',
] as const satisfies readonly (keyof StoredMessage & keyof Message)[];
