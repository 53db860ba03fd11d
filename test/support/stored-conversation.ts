import type { DataSource } from 'typeorm';
import { anId } from './builders.js';

export interface StoredConversation {
  readonly id: string;
  readonly members: readonly string[];
}

/** A group as it stands in MySQL just after it was made: rev 1, no message. */
export async function storeConversation(
  dataSource: DataSource,
  members: readonly string[] = [anId(), anId()],
  { id = anId(), at = undefined as Date | undefined } = {},
): Promise<StoredConversation> {
  const created = at ?? new Date(Date.now() - 60_000);
  await dataSource.query(
    `INSERT INTO conversations (id, type, directKey, name, historyVisibility, createdAt, updatedAt)
     VALUES (?, 'group', NULL, 'Stored', 'all', ?, ?)`,
    [id, created, created],
  );
  await dataSource.query(
    'INSERT INTO conversation_heads (conversationId, rev, lastSeq, membersRev, changedAt) VALUES (?, 1, 0, 1, ?)',
    [id, created],
  );
  await dataSource.query(
    'INSERT INTO members (conversationId, userId, role, rev, joinedRev, joinedAt) VALUES ?',
    [members.map((userId) => [id, userId, 'member', 1, 1, created])],
  );
  return { id, members };
}
