import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { keep, letGo, lockStanding } from './file-holders.js';
import type { MessageDraft, StoredMessage } from './stored-message.js';

const none: ReadonlySet<string> = new Set();

/** Files that one statement takes. */
const RELEASED = 1_000;

/** `attachments` is null, never empty, where there are none. */
type Holder = Pick<StoredMessage, 'conversationId' | 'seq' | 'attachments'>;

/** Which messages hold which files: written in the transaction of the message, under its conversation's lock. */
@Injectable()
export class HeldFilesStore {
  /** Those of the drafts' files that stand, until the transaction ends. Asks nothing where no draft has files. */
  async lock(
    manager: EntityManager,
    drafts: readonly Pick<MessageDraft, 'attachments'>[],
  ): Promise<ReadonlySet<string>> {
    const withFiles = drafts.filter(({ attachments }) => attachments !== null);
    if (withFiles.length === 0) return none;
    const ids = new Set(withFiles.flatMap(({ attachments }) => (attachments ?? []).map(({ id }) => id)));
    return lockStanding(manager, [...ids]);
  }

  /** From now on the messages hold their files, which must be locked: they have no end while they are held. */
  async hold(manager: EntityManager, messages: readonly Holder[]): Promise<void> {
    const withFiles = messages.filter(({ attachments }) => attachments !== null);
    if (withFiles.length === 0) return;
    const rows = withFiles.flatMap(({ conversationId, seq, attachments }) =>
      (attachments ?? []).map(({ id }) => [conversationId, seq, id]),
    );
    await manager.query('INSERT INTO message_files (conversationId, seq, fileId) VALUES ?', [rows]);
    await keep(manager, [...new Set(rows.map(([, , id]) => String(id)))]);
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
    await letGo(manager, ids, async () => {
      await manager.query(`DELETE FROM message_files WHERE ${holders}`, parameters);
    });
  }
}
