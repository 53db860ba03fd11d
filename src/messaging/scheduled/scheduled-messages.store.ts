import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { ScheduledMessage, type ScheduledStatus } from './scheduled-message.entity.js';

/** Seconds after which somebody else takes over what a node has begun to send. */
const TAKE_OVER_SECONDS = 30;
/** Days for which it is known what became of a scheduled message. */
const KEPT_DAYS = 1;

const standing: readonly ScheduledStatus[] = ['pending', 'sending', 'failed'];
const changeable: readonly ScheduledStatus[] = ['pending', 'failed'];

/** Where a page ended. */
export interface PageKey {
  readonly sendAt: Date;
  readonly id: string;
}

/** Scheduled messages, by MySQL's clock. */
@Injectable()
export class ScheduledMessagesStore {
  constructor(@InjectRepository(ScheduledMessage) private readonly scheduled: Repository<ScheduledMessage>) {}

  async insert(scheduled: ScheduledMessage): Promise<void> {
    await this.scheduled.insert(scheduled);
  }

  find(id: string, userId: string): Promise<ScheduledMessage | null> {
    return this.scheduled.findOneBy({ id, userId });
  }

  /** Made by the request that this key stands for. */
  findCreated(creationKey: Buffer): Promise<ScheduledMessage | null> {
    return this.scheduled.findOneBy({ creationKey });
  }

  countStanding(userId: string): Promise<number> {
    return this.scheduled.countBy({ userId, status: In([...standing]) });
  }

  /** A user's that are not done with, soonest first. */
  findStanding(
    userId: string,
    conversationId: string | undefined,
    after: PageKey | undefined,
    limit: number,
  ): Promise<ScheduledMessage[]> {
    const query = this.scheduled
      .createQueryBuilder('s')
      .where('s.userId = :userId AND s.status IN (:...standing)', { userId, standing })
      .orderBy('s.sendAt')
      .addOrderBy('s.id')
      .limit(limit);
    if (conversationId !== undefined)
      query.andWhere('s.conversationId = :conversationId', { conversationId });
    if (after) query.andWhere('(s.sendAt > :sendAt OR (s.sendAt = :sendAt AND s.id > :id))', after);
    return query.getMany();
  }

  /** Whether it could still be changed: from then on it waits again, also if it was refused before. */
  async reschedule(
    { id, userId }: Pick<ScheduledMessage, 'id' | 'userId'>,
    { sendAt, message }: Pick<ScheduledMessage, 'sendAt' | 'message'>,
  ): Promise<boolean> {
    const result = await this.scheduled.update(
      { id, userId, status: In([...changeable]) },
      {
        status: 'pending',
        sendAt,
        dueAt: sendAt,
        message,
        problem: null,
        attempts: 0,
        updatedAt: new Date(),
      },
    );
    return result.affected === 1;
  }

  /** Whether it could still be cancelled. */
  async cancel(id: string, userId: string): Promise<boolean> {
    const result = await this.scheduled
      .createQueryBuilder()
      .update({ ...over('cancelled'), seq: null })
      .where({ id, userId, status: In([...changeable]) })
      .execute();
    return result.affected === 1;
  }

  /** Those about which something is to be done, the longest due first. */
  async findDue(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.scheduled.query(
      'SELECT id FROM scheduled_messages WHERE dueAt <= UTC_TIMESTAMP(3) ORDER BY dueAt LIMIT ?',
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Begins to send what is due; undefined when it is not, or somebody else has begun. Whoever begins has half a minute. */
  async claim(id: string): Promise<ScheduledMessage | undefined> {
    const result: { affectedRows: number } = await this.scheduled.query(
      `UPDATE scheduled_messages
       SET status = 'sending', attempts = attempts + 1, dueAt = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
       WHERE id = ? AND dueAt <= UTC_TIMESTAMP(3) AND status IN ('pending', 'sending')`,
      [TAKE_OVER_SECONDS, id],
    );
    if (result.affectedRows === 0) return undefined;
    return (await this.scheduled.findOneBy({ id })) ?? undefined;
  }

  async sent(id: string, seq: number): Promise<void> {
    await this.scheduled
      .createQueryBuilder()
      .update({ ...over('sent'), seq })
      .where({ id })
      .execute();
  }

  async refused(id: string, problem: string): Promise<void> {
    await this.scheduled.update(
      { id, status: 'sending' },
      { status: 'failed', problem, dueAt: null, updatedAt: new Date() },
    );
  }

  async retryAfter(id: string, ms: number): Promise<void> {
    await this.scheduled.query(
      `UPDATE scheduled_messages SET dueAt = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND WHERE id = ? AND status = 'sending'`,
      [ms * 1_000, id],
    );
  }

  /** Forgets what was done with a day ago. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.scheduled.query(
      `DELETE FROM scheduled_messages
       WHERE id IN (?) AND dueAt <= UTC_TIMESTAMP(3) AND status IN ('sent', 'cancelled')`,
      [ids],
    );
  }
}

/** Nothing is to be done any more but to forget it. The message is gone from here. */
const over = (status: 'sent' | 'cancelled') => ({
  status,
  message: null,
  problem: null,
  dueAt: () => `UTC_TIMESTAMP(3) + INTERVAL ${KEPT_DAYS} DAY`,
  updatedAt: new Date(),
});
