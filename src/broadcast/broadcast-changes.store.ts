import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, Repository } from 'typeorm';
import { type Position, comparePositions, formatPosition, parsePosition } from '../mailbox/cursor.js';
import { shardOf } from '../mailbox/shards.js';
import { BroadcastChange } from './broadcast-change.entity.js';

/** What has to come into the mailboxes, and which of it has. */
@Injectable()
export class BroadcastChangesStore {
  constructor(@InjectRepository(BroadcastChange) private readonly changes: Repository<BroadcastChange>) {}

  /** In the transaction that took the number. */
  async add(
    manager: EntityManager,
    change: Pick<BroadcastChange, 'number' | 'broadcastId' | 'kind' | 'committedAt'>,
  ): Promise<void> {
    await manager.insert(BroadcastChange, change);
  }

  /** The first that is not known to be in all mailboxes. */
  findPending(): Promise<BroadcastChange | null> {
    return this.changes.findOne({ where: { reachedAt: IsNull() }, order: { number: 'ASC' } });
  }

  /** Whoever says so first is believed. */
  async setReached(number: number, tails: readonly Position[], reached: number): Promise<void> {
    await this.changes.query(
      `UPDATE broadcast_changes SET tails = ?, reached = ?,
         reachedAt = GREATEST(UTC_TIMESTAMP(3), ?)
       WHERE number = ? AND reachedAt IS NULL`,
      [
        tails.map(formatPosition).join(' '),
        reached,
        new Date(Math.max(...tails.map(({ ms }) => ms))),
        number,
      ],
    );
  }

  /** What may stand in a user's mailbox after a position, in the order of its numbers. */
  async findAfter(userId: string, position: Position): Promise<BroadcastChange[]> {
    const rows = await this.changes
      .createQueryBuilder('c')
      .where('c.reachedAt IS NULL OR c.reachedAt >= :time', { time: new Date(position.ms) })
      .orderBy('c.number')
      .getMany();
    return rows.filter((change) => !isPast(position, userId, change));
  }

  /** Those of some publications that a user's mailbox had brought up to a position. */
  async findUpTo(
    userId: string,
    position: Position,
    numbers: readonly number[],
  ): Promise<ReadonlySet<number>> {
    const rows = numbers.length === 0 ? [] : await this.changes.findBy({ number: In([...numbers]) });
    return new Set(rows.filter((change) => isPast(position, userId, change)).map(({ number }) => number));
  }

  /** Mailboxes that a broadcast's publication has come to; undefined while that is under way. */
  async countReached(number: number): Promise<number | undefined> {
    const change = await this.changes.findOneBy({ number });
    return change?.reached ?? undefined;
  }
}

/** Whether a position in a user's mailbox is surely after all that a change has brought there. */
function isPast(position: Position, userId: string, { tails }: BroadcastChange): boolean {
  const tail = tails?.split(' ')[shardOf(userId)];
  return tail !== undefined && comparePositions(position, parsePosition(tail)) >= 0;
}
