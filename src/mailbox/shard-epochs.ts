import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { EpochStore, type Present } from './epoch.store.js';
import { MailboxStore } from './mailbox.store.js';
import { SHARDS, shardOf } from './shards.js';

/**
 * Which epoch each shard is in, as this node believes. Scripts compare it with the shard's own: whoever still believes
 * in a former epoch is refused, so that nothing is read from or written to a Redis that has lost data unnoticed.
 */
@Injectable()
export class ShardEpochs {
  private epochs: (string | undefined)[] = Array.from({ length: SHARDS }, () => undefined);
  private establishing: Promise<number[]> | undefined;
  private isSuspended = true;
  private suspensions = 0;
  private readonly logger = new Logger(ShardEpochs.name);

  constructor(
    private readonly store: MailboxStore,
    private readonly beginnings: EpochStore,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** The epoch believed in; an empty one, which every script refuses, while it is in doubt. */
  of(shard: number): string {
    return this.isSuspended ? '' : (this.epochs[shard] ?? '');
  }

  ofUser(userId: string): string {
    return this.of(shardOf(userId));
  }

  /** The connection to Redis broke: who answers next may be another server, or one that lost data. */
  suspend(): void {
    this.isSuspended = true;
    this.suspensions += 1;
  }

  /**
   * Asks the server who it is and begins new epochs where it is another one than before.
   * Returns the shards whose epoch is not the one this node believed in. One at a time; throws while a store is away.
   */
  async establish(): Promise<number[]> {
    this.establishing ??= this.establishAll().finally(() => {
      this.establishing = undefined;
    });
    return this.establishing;
  }

  private async establishAll(): Promise<number[]> {
    const suspensions = this.suspensions;
    const runId = await this.store.runId();
    const words = await Promise.all(
      this.epochs.map((_, shard) => this.beginnings.announce(shard, runId, randomBytes(6).toString('hex'))),
    );
    // After the announcement: a node may stand still from here on, and everything be lost again meanwhile.
    const present = await this.present();
    const epochs = await Promise.all(
      words.map((word, shard) => this.beginnings.establish(shard, runId, word, present)),
    );
    const changed = epochs.flatMap((epoch, shard) => (epoch === this.epochs[shard] ? [] : [shard]));
    if (suspensions !== this.suspensions || epochs.includes(undefined))
      throw new Error('Redis was lost again meanwhile');
    this.epochs = epochs;
    this.isSuspended = false;
    if (changed.length > 0)
      this.logger.log(`Redis ${runId.slice(0, 8)}: new epoch in ${changed.length} shards`);
    return changed;
  }

  /**
   * MySQL's clock: positions are commit times, so that a position can be turned back into a time in MySQL. And the number
   * of the last cast that is committed there.
   */
  private async present(): Promise<Present> {
    const rows: { now: Date; cast: number }[] = await this.dataSource.query(
      'SELECT UTC_TIMESTAMP(3) AS now, number AS cast FROM mailbox_casts',
    );
    const [row] = rows;
    if (!row) throw new Error('MySQL does not tell the time');
    return { nowMs: row.now.getTime(), cast: row.cast };
  }
}
