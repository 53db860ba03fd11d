import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, Repository } from 'typeorm';
import { inTransaction } from '../platform/database/transaction.js';
import { BroadcastReceipt } from './broadcast-receipt.entity.js';

/** That a user has got a broadcast, or has acknowledged it, which says so too. */
export interface Receipt {
  readonly broadcastId: string;
  readonly userId: string;
  readonly isAcknowledged: boolean;
}

/** What progress is told by, and the format that its beginning has in MySQL. */
const starts = {
  minute: '%Y-%m-%d %H:%i:00',
  hour: '%Y-%m-%d %H:00:00',
  day: '%Y-%m-%d 00:00:00',
};
export type Step = keyof typeof starts;

const startOf = (step: Step, time: string): string => `DATE_FORMAT(${time}, '${starts[step]}')`;

/** What happened in one step. */
export interface Progress {
  readonly at: Date;
  readonly delivered: number;
  readonly acknowledged: number;
}

/** Who has got which broadcast, and how many have, counted as they come: asking costs no look at each of them. */
@Injectable()
export class ReceiptsStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(BroadcastReceipt) private readonly receipts: Repository<BroadcastReceipt>,
  ) {}

  /** A user's, by broadcast. */
  async findOf(userId: string, broadcastIds: readonly string[]): Promise<Map<string, BroadcastReceipt>> {
    const found =
      broadcastIds.length === 0
        ? []
        : await this.receipts.findBy({ broadcastId: In([...broadcastIds]), userId });
    return new Map(found.map((receipt) => [receipt.broadcastId, receipt]));
  }

  /** Stores receipts and counts those that are new, in one transaction; what is known already changes nothing. */
  async add(receipts: readonly Receipt[]): Promise<void> {
    const ids = [...new Set(receipts.map(({ broadcastId }) => broadcastId))];
    await inTransaction(this.dataSource, async (manager) => {
      // In id order, and before anything else: two batches that touch the same broadcasts come one after the other.
      const rows: { id: string }[] = await manager.query(
        'SELECT id FROM broadcasts WHERE id IN (?) ORDER BY id FOR UPDATE',
        [ids],
      );
      for (const { id } of rows)
        await this.addTo(
          manager,
          id,
          receipts.filter(({ broadcastId }) => broadcastId === id),
        );
    });
  }

  /** How many got it and acknowledged it in each step from a time on; steps in which nobody did are absent. */
  async progress(broadcastId: string, step: Step, from: Date, limit: number): Promise<Progress[]> {
    const rows: { at: string; delivered: string; acknowledged: string }[] = await this.dataSource.query(
      `SELECT ${startOf(step, 'minute')} AS at, SUM(delivered) AS delivered, SUM(acknowledged) AS acknowledged
       FROM broadcast_progress WHERE broadcastId = ? AND minute >= ? GROUP BY at ORDER BY at LIMIT ?`,
      [broadcastId, from, limit],
    );
    return rows.map(({ at, delivered, acknowledged }) => ({
      at: new Date(`${at.replace(' ', 'T')}Z`),
      delivered: Number(delivered),
      acknowledged: Number(acknowledged),
    }));
  }

  private async addTo(manager: EntityManager, id: string, receipts: readonly Receipt[]): Promise<void> {
    const users = [...new Set(receipts.map(({ userId }) => userId))];
    const acknowledging = [
      ...new Set(receipts.filter(({ isAcknowledged }) => isAcknowledged).map(({ userId }) => userId)),
    ];
    const delivered = await affected(
      manager,
      `INSERT IGNORE INTO broadcast_receipts (broadcastId, userId, deliveredAt)
       SELECT ?, u.id, UTC_TIMESTAMP(3) FROM users u WHERE u.id IN (?)`,
      [id, users],
    );
    const acknowledged =
      acknowledging.length === 0
        ? 0
        : await affected(
            manager,
            `UPDATE broadcast_receipts SET acknowledgedAt = UTC_TIMESTAMP(3)
             WHERE broadcastId = ? AND userId IN (?) AND acknowledgedAt IS NULL`,
            [id, acknowledging],
          );
    if (delivered + acknowledged === 0) return;
    await manager.query(
      `UPDATE broadcasts SET deliveredCount = deliveredCount + ?, acknowledgedCount = acknowledgedCount + ?
       WHERE id = ?`,
      [delivered, acknowledged, id],
    );
    await manager.query(
      `INSERT INTO broadcast_progress (broadcastId, minute, delivered, acknowledged)
       VALUES (?, ${startOf('minute', 'UTC_TIMESTAMP()')}, ?, ?) ON DUPLICATE KEY UPDATE
         delivered = delivered + VALUES(delivered), acknowledged = acknowledged + VALUES(acknowledged)`,
      [id, delivered, acknowledged],
    );
  }
}

async function affected(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[],
): Promise<number> {
  const result: { affectedRows: number } = await manager.query(sql, [...parameters]);
  return result.affectedRows;
}
