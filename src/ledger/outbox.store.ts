import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, Repository } from 'typeorm';
import { type Reference, decodeReference, encodeReference } from '../mailbox/reference.js';
import { LateDispatch } from './late-dispatch.entity.js';
import { OutboxBatch } from './outbox.entity.js';
import { type PersonalChange, decodePersonal, encodePersonal } from './personal-change.js';

export interface PendingBatch {
  readonly id: string;
  readonly committedAt: Date;
  readonly changes: readonly Reference[];
  readonly personal: readonly PersonalChange[];
}

/** What is committed and not yet known to be in all mailboxes. */
@Injectable()
export class OutboxStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(OutboxBatch) private readonly batches: Repository<OutboxBatch>,
    @InjectRepository(LateDispatch) private readonly lateDispatches: Repository<LateDispatch>,
  ) {}

  /**
   * In the same transaction as the changes themselves, under their conversations' locks: of two batches that touch one
   * conversation, the earlier has the smaller id. Returns the id.
   */
  async add(
    manager: EntityManager,
    committedAt: Date,
    changes: readonly Reference[],
    personal: readonly PersonalChange[] = [],
  ): Promise<string> {
    const result: { insertId: string | number } = await manager.query(
      'INSERT INTO outbox (committedAt, changes) VALUES (?, ?)',
      [committedAt, [...changes.map(encodeReference), ...personal.map(encodePersonal)].join('\n')],
    );
    return String(result.insertId);
  }

  async oldestIds(limit: number): Promise<string[]> {
    const rows = await this.batches.find({ select: { id: true }, order: { id: 'ASC' }, take: limit });
    return rows.map(({ id }) => id);
  }

  /** The oldest batches, without a hole: what comes before the last of them and is not among them was delivered. */
  async oldest(limit: number): Promise<PendingBatch[]> {
    const rows = await this.batches.find({ order: { id: 'ASC' }, take: limit });
    return rows.map(({ id, committedAt, changes }) => {
      const lines = changes.split('\n');
      const isPersonal = (line: string): boolean => line.includes('\t');
      return {
        id,
        committedAt,
        changes: lines.filter((line) => !isPersonal(line)).flatMap((line) => decodeReference(line) ?? []),
        personal: lines.filter(isPersonal).flatMap((line) => decodePersonal(line) ?? []),
      };
    });
  }

  /** Whether a batch has still to be delivered. */
  async holds(id: string): Promise<boolean> {
    return this.batches.existsBy({ id });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.batches.delete({ id: In([...ids]) });
  }

  /** The clock by which all changes are stamped. */
  async databaseTime(manager: EntityManager = this.dataSource.manager): Promise<Date> {
    const rows: { now: Date }[] = await manager.query('SELECT UTC_TIMESTAMP(3) AS now');
    const [row] = rows;
    if (!row) throw new Error('MySQL does not tell the time');
    return row.now;
  }

  /** Must stand before the late changes get their positions. */
  async recordLateDispatch(id: string, committedFrom: Date, positionsTo: Date): Promise<void> {
    await this.lateDispatches.insert({ id, committedFrom, positionsTo });
  }

  /** From when on changes were committed that may have got positions after the given time; undefined when none did late. */
  async earliestLateFor(position: Date): Promise<Date | undefined> {
    const rows: { earliest: Date | null }[] = await this.dataSource.query(
      'SELECT MIN(committedFrom) AS earliest FROM late_dispatches WHERE positionsTo >= ?',
      [position],
    );
    return rows[0]?.earliest ?? undefined;
  }
}
