import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { isDuplicate } from '../database/duplicate.js';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';

type RowId = Pick<IdempotencyKeyRow, 'userId' | 'keyHash'>;
type Run = RowId & Pick<IdempotencyKeyRow, 'run'>;

@Injectable()
export class IdempotencyStore {
  constructor(@InjectRepository(IdempotencyKeyRow) private readonly rows: Repository<IdempotencyKeyRow>) {}

  /** False when the key is there already; of several at the same time, one gets true. */
  async add(row: IdempotencyKeyRow): Promise<boolean> {
    try {
      await this.rows.insert(row);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  find({ userId, keyHash }: RowId): Promise<IdempotencyKeyRow | null> {
    return this.rows.findOneBy({ userId, keyHash });
  }

  /** Does nothing where another run has taken over. */
  async finish({ userId, keyHash, run }: Run, status: number, sealedBody: Buffer | null): Promise<void> {
    await this.rows.update({ userId, keyHash, run }, { status, sealedBody });
  }

  /** Likewise. */
  async remove({ userId, keyHash, run }: Run): Promise<void> {
    await this.rows.delete({ userId, keyHash, run });
  }

  /** A bounded number at once. */
  async purge(before: Date): Promise<void> {
    await this.rows.query('DELETE FROM idempotency_keys WHERE startedAt < ? LIMIT 10000', [before]);
  }
}
