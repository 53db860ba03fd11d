import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { MessageDraft, StoredMessage } from './stored-message.js';

const none: ReadonlySet<string> = new Set();

/** Files that one statement takes. */
const RELEASED = 1_000;

/** `attachments` is null, never empty, where there are none. */
type Holder = Pick<StoredMessage, 'conversationId' | 'seq' | 'attachments'>;

/** Which messages hold which files: written in the transaction of the message, under its conversation's lock. */
@Injectable()
export class HeldFilesStore {
  /**
   * Those of the drafts' files that stand. They stand until the transaction ends: whoever removes files passes over
   * locked ones. Asks nothing where no draft has files.
   */
  async lock(
    manager: EntityManager,
    drafts: readonly Pick<MessageDraft, 'attachments'>[],
  ): Promise<ReadonlySet<string>> {
    const withFiles = drafts.filter(({ attachments }) => attachments !== null);
    if (withFiles.length === 0) return none;
    const ids = new Set(withFiles.flatMap(({ attachments }) => (attachments ?? []).map(({ id }) => id)));
    const rows: { id: string }[] = await manager.query(
      `SELECT id FROM files WHERE id IN (?) AND (expiresAt IS NULL OR expiresAt > UTC_TIMESTAMP(3))
       ORDER BY id FOR UPDATE`,
      [[...ids]],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** From now on the messages hold their files, which must be locked: they have no end while they are held. */
  async hold(manager: EntityManager, messages: readonly Holder[]): Promise<void> {
    const withFiles = messages.filter(({ attachments }) => attachments !== null);
    if (withFiles.length === 0) return;
    const rows = withFiles.flatMap(({ conversationId, seq, attachments }) =>
      (attachments ?? []).map(({ id }) => [conversationId, seq, id]),
    );
    await manager.query('INSERT INTO message_files (conversationId, seq, fileId) VALUES ?', [rows]);
    await manager.query('UPDATE files SET expiresAt = NULL WHERE id IN (?) AND expiresAt IS NOT NULL', [
      [...new Set(rows.map(([, , id]) => id))],
    ]);
  }

  /** The message holds nothing any more. What no other message holds ends now. */
  async release(manager: EntityManager, { conversationId, seq, attachments }: Holder): Promise<void> {
    const ids = (attachments ?? []).map(({ id }) => id);
    if (ids.length > 0)
      await this.letGo(manager, ids, 'conversationId = ? AND seq = ?', [conversationId, seq]);
  }

  /** Likewise all messages of a conversation. */
  async releaseAll(manager: EntityManager, conversationId: string): Promise<void> {
    const rows: { fileId: string }[] = await manager.query(
      'SELECT DISTINCT fileId FROM message_files WHERE conversationId = ? ORDER BY fileId',
      [conversationId],
    );
    for (let from = 0; from < rows.length; from += RELEASED) {
      const ids = rows.slice(from, from + RELEASED).map(({ fileId }) => fileId);
      await this.letGo(manager, ids, 'conversationId = ? AND fileId IN (?)', [conversationId, ids]);
    }
  }

  private async letGo(
    manager: EntityManager,
    ids: readonly string[],
    holders: string,
    parameters: unknown[],
  ): Promise<void> {
    // Locked before it is asked who else holds them: who is about to hold one has it locked.
    await manager.query('SELECT id FROM files WHERE id IN (?) ORDER BY id FOR UPDATE', [ids]);
    await manager.query(`DELETE FROM message_files WHERE ${holders}`, parameters);
    const held: { fileId: string }[] = await manager.query(
      'SELECT DISTINCT fileId FROM message_files WHERE fileId IN (?)',
      [ids],
    );
    const stillHeld = new Set(held.map(({ fileId }) => fileId));
    const free = ids.filter((id) => !stillHeld.has(id));
    if (free.length === 0) return;
    await manager.query('UPDATE files SET expiresAt = UTC_TIMESTAMP(3) WHERE id IN (?)', [free]);
  }
}
