import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { batched } from '../platform/jobs/batched.js';

/** What one member has missed of one conversation, at the moment it was asked. */
export interface Missed {
  readonly conversationId: string;
  /** Messages after this one are missed … */
  readonly afterSeq: number;
  /** … up to this one, the last there was. */
  readonly toSeq: number;
  /** Changes after this rev are missed … */
  readonly sinceRev: number;
  /** … up to this one. */
  readonly rev: number;
  /** Messages up to this one are not for the member to see. */
  readonly visibleAfterSeq: number;
  /** Changes of other memberships up to this rev were never meant for the member. */
  readonly joinedRev: number;
  /** Whether the membership itself is news. */
  readonly isNew: boolean;
  /** Whether the conversation was renamed, set up in another way, or the member has blocked the other one or unblocked. */
  readonly isUpdated: boolean;
  /** How the membership has ended: that is all that the user still learns. */
  readonly end?: 'member.removed' | 'conversation.deleted';
}

interface MissedRow extends Pick<
  Missed,
  'conversationId' | 'toSeq' | 'rev' | 'visibleAfterSeq' | 'joinedRev'
> {
  readonly conversationRev: number;
  readonly deletedAt: Date | null;
  readonly hasBlockChanged: string | number;
  readonly joinedSeq: number;
  readonly memberRev: number;
  readonly removedAt: Date | null;
  readonly afterSeq: number | null;
  readonly sinceRev: number | null;
}

const lastBefore = (column: string) => `
  (SELECT x.${column} FROM messages x WHERE x.conversationId = m.conversationId AND x.createdAt < ?
   ORDER BY x.seq DESC LIMIT 1)`;

/** Which of a user's conversations hold something missed: one question for all of them. In id order. */
@Injectable()
export class MissedStore {
  private readonly undelivered = batched((userIds: readonly string[]) => this.findUndeliveredOf(userIds));

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * What changed from a time on, removals of the user included. Commit times never go back within a conversation, so the
   * last message before that time tells from which rev on; a few older changes may be among them.
   */
  async findSince(userId: string, since: Date): Promise<Missed[]> {
    // Nothing is before the beginning: it must not be looked for through whole conversations.
    const last = (column: string) => (since.getTime() > 0 ? lastBefore(column) : 'NULL');
    const times = since.getTime() > 0 ? [since, since] : [];
    const rows: MissedRow[] = await this.dataSource.query(
      `SELECT m.conversationId, m.joinedRev, m.joinedSeq, m.visibleAfterSeq, m.rev AS memberRev, m.removedAt,
         h.rev, h.lastSeq AS toSeq, c.rev AS conversationRev, c.deletedAt,
         COALESCE(m.blockChangedAt >= ?, 0) AS hasBlockChanged,
         ${last('seq')} AS afterSeq, ${last('createdRev')} AS sinceRev
       FROM members m
       JOIN conversation_heads h ON h.conversationId = m.conversationId
       JOIN conversations c ON c.id = m.conversationId
       WHERE m.userId = ? AND (h.changedAt >= ? OR m.blockChangedAt >= ?) AND (m.removedAt IS NULL OR m.removedAt >= ?)
       ORDER BY m.conversationId`,
      [since, ...times, userId, since, since, since],
    );
    return rows.map(toMissed);
  }

  /** What no device of the user has acknowledged, others' messages only, as of after the call. */
  async findUndelivered(userId: string): Promise<Missed[]> {
    return (await this.undelivered(userId)) ?? [];
  }

  private async findUndeliveredOf(userIds: readonly string[]): Promise<ReadonlyMap<string, Missed[]>> {
    const rows: (Missed & { readonly userId: string })[] = await this.dataSource.query(
      `SELECT m.userId, m.conversationId, m.visibleAfterSeq, m.joinedRev, h.rev, h.lastSeq AS toSeq,
         GREATEST(m.readSeq, m.deliveredSeq) AS afterSeq
       FROM members m JOIN conversation_heads h ON h.conversationId = m.conversationId
       WHERE m.userId IN (?) AND m.removedAt IS NULL AND h.lastSeq > GREATEST(m.readSeq, m.deliveredSeq)
         AND EXISTS (SELECT 1 FROM messages x WHERE x.conversationId = m.conversationId
           AND x.seq > GREATEST(m.readSeq, m.deliveredSeq) AND x.senderId <> m.userId)
       ORDER BY m.conversationId`,
      [userIds],
    );
    const byUser = new Map(userIds.map((userId): [string, Missed[]] => [userId, []]));
    for (const { userId, afterSeq, ...row } of rows)
      byUser
        .get(userId)
        ?.push({ ...row, afterSeq: Number(afterSeq), sinceRev: 0, isNew: false, isUpdated: false });
    return byUser;
  }
}

/** What was said before somebody joined they have not missed: it is in the history. */
function toMissed(row: MissedRow): Missed {
  const { conversationId, visibleAfterSeq, removedAt, joinedRev, joinedSeq } = row;
  const sinceRev = row.sinceRev ?? 0;
  const isNew = joinedRev > sinceRev;
  const afterSeq = Math.max(row.afterSeq ?? 0, isNew ? joinedSeq : 0, visibleAfterSeq);
  const common = { conversationId, visibleAfterSeq, joinedRev, afterSeq, sinceRev };
  if (removedAt === null)
    return {
      ...common,
      toSeq: row.toSeq,
      rev: row.rev,
      isNew,
      isUpdated: row.conversationRev > sinceRev || Number(row.hasBlockChanged) === 1,
    };
  return {
    ...common,
    toSeq: afterSeq,
    rev: row.memberRev,
    isNew: false,
    isUpdated: false,
    end: row.deletedAt === null ? 'member.removed' : 'conversation.deleted',
  };
}
