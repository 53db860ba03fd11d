import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Where one member's unread messages are: after `readSeq`, up to `lastSeq`. */
export interface UnreadRange {
  readonly conversationId: string;
  readonly readSeq: number;
  readonly lastSeq: number;
}

export interface Unread {
  /** Others' undeleted messages of type `text`. */
  readonly unread: number;
  /** Those among them that name the member, or everybody. */
  readonly mentions: number;
}

/** Ranges that one question takes: with more of them it costs more a range. */
const RANGES = 100;

/** Counts what is unread; it is stored nowhere, so it is the same on every device. */
@Injectable()
export class UnreadStore {
  /** By conversation, absent where there is none. Each range is one of the clustered index: what was read costs nothing. */
  async count(
    manager: EntityManager,
    userId: string,
    ranges: readonly UnreadRange[],
  ): Promise<Map<string, Unread>> {
    const counts = new Map<string, Unread>();
    const unread = ranges.filter(({ readSeq, lastSeq }) => readSeq < lastSeq);
    for (let i = 0; i < unread.length; i += RANGES) {
      const some = unread.slice(i, i + RANGES);
      // Ranges must be constants: compared with a joined row's mark, whole conversations are read.
      const rows: { conversationId: string; unread: string; mentions: string }[] = await manager.query(
        `SELECT conversationId, COUNT(*) AS unread,
           COUNT(CASE WHEN mentionAll = 1 OR mentions LIKE ? THEN 1 END) AS mentions
         FROM messages FORCE INDEX (PRIMARY)
         WHERE (${some.map(() => '(conversationId = ? AND seq > ? AND seq <= ?)').join(' OR ')})
           AND senderId <> ? AND type = 'text' AND deletedAt IS NULL
         GROUP BY conversationId`,
        [
          `%"${userId}"%`,
          ...some.flatMap(({ conversationId, readSeq, lastSeq }) => [conversationId, readSeq, lastSeq]),
          userId,
        ],
      );
      for (const row of rows)
        counts.set(row.conversationId, { unread: Number(row.unread), mentions: Number(row.mentions) });
    }
    return counts;
  }
}
