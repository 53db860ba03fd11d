import type { DataSource } from 'typeorm';
import { type StoredMessage, messageColumns, messageValues } from '../../src/ledger/stored-message.js';
import { aMessage } from './builders.js';

/** Puts messages into a conversation as they stand, and moves its head behind them: seq n has rev n + 1 unless told otherwise. */
export async function storeMessages(
  dataSource: DataSource,
  conversationId: string,
  messages: readonly Partial<StoredMessage>[],
): Promise<StoredMessage[]> {
  const [head]: { lastSeq: number; rev: number; changedAt: Date }[] = await dataSource.query(
    'SELECT lastSeq, rev, changedAt FROM conversation_heads WHERE conversationId = ?',
    [conversationId],
  );
  if (!head) throw new Error('no such conversation');
  const stored = messages.map((message, i) => {
    const seq = head.lastSeq + i + 1;
    return aMessage({ conversationId, seq, createdRev: seq + 1, rev: seq + 1, ...message });
  });
  await dataSource.query(`INSERT INTO messages (${messageColumns}) VALUES ?`, [stored.map(messageValues)]);
  const times = stored.map(({ createdAt }) => createdAt.getTime());
  await dataSource.query(
    'UPDATE conversation_heads SET lastSeq = ?, rev = ?, changedAt = ? WHERE conversationId = ?',
    [
      head.lastSeq + stored.length,
      Math.max(head.rev, ...stored.map(({ rev }) => rev)),
      new Date(Math.max(head.changedAt.getTime(), ...times)),
      conversationId,
    ],
  );
  return stored;
}
