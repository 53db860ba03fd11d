import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Repository } from 'typeorm';
import { batched } from '../platform/jobs/batched.js';
import { Broadcast } from './broadcast.entity.js';

const isCurrent = 'b.endsAt > UTC_TIMESTAMP(3) AND b.recalledAt IS NULL AND b.number IS NOT NULL';

/** Broadcasts, by MySQL's clock. */
@Injectable()
export class BroadcastsStore {
  /** Whoever comes in the same moment gets them of one question. */
  private readonly current = batched(async () => new Map([['all', await this.readCurrent()]]));

  constructor(@InjectRepository(Broadcast) private readonly broadcasts: Repository<Broadcast>) {}

  async insert(manager: EntityManager, broadcast: Broadcast): Promise<void> {
    await manager
      .createQueryBuilder()
      .insert()
      .into(Broadcast)
      .values(broadcast)
      .updateEntity(false)
      .execute();
  }

  find(id: string): Promise<Broadcast | null> {
    return this.broadcasts.findOneBy({ id });
  }

  /** The clock by which broadcasts begin and end: a node's own may be wrong. */
  async now(): Promise<Date> {
    const rows: { now: Date }[] = await this.broadcasts.query('SELECT UTC_TIMESTAMP(3) AS now');
    const [row] = rows;
    if (!row) throw new Error('MySQL does not tell the time');
    return row.now;
  }

  async findMany(ids: readonly string[]): Promise<Map<string, Broadcast>> {
    const found = ids.length === 0 ? [] : await this.broadcasts.findBy({ id: In([...ids]) });
    return new Map(found.map((broadcast) => [broadcast.id, broadcast]));
  }

  /** Made by the request that this key stands for. */
  findCreated(creationKey: Buffer): Promise<Broadcast | null> {
    return this.broadcasts.findOneBy({ creationKey });
  }

  /** Nobody changes it until the transaction ends. */
  lock(manager: EntityManager, id: string): Promise<Broadcast | null> {
    return manager.findOne(Broadcast, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async update(manager: EntityManager, id: string, change: Partial<Broadcast>): Promise<void> {
    await manager.update(Broadcast, { id }, change);
  }

  /** Those that somebody who comes now may get, in the order of their publication, as of after the call. */
  async findCurrent(): Promise<readonly Broadcast[]> {
    return (await this.current('all')) ?? [];
  }

  /** Those that wait or are current. */
  countStanding(): Promise<number> {
    return this.broadcasts
      .createQueryBuilder('b')
      .where('b.endsAt > UTC_TIMESTAMP(3) AND b.recalledAt IS NULL')
      .getCount();
  }

  /** All that were ever made, newest first. */
  findPage(before: string | undefined, limit: number): Promise<Broadcast[]> {
    return this.broadcasts.find({
      where: before === undefined ? {} : { id: LessThan(before) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Those that are to be published, the longest due first. */
  async findDue(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.broadcasts.query(
      'SELECT id FROM broadcasts WHERE dueAt <= UTC_TIMESTAMP(3) ORDER BY dueAt LIMIT ?',
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  private async readCurrent(): Promise<Broadcast[]> {
    // Mostly there is none, and every connection that begins asks: TypeORM's query costs ten times this one.
    const some: unknown[] = await this.broadcasts.query(
      `SELECT 1 FROM broadcasts b WHERE ${isCurrent} LIMIT 1`,
    );
    if (some.length === 0) return [];
    return this.broadcasts.createQueryBuilder('b').where(isCurrent).orderBy('b.number').getMany();
  }
}
