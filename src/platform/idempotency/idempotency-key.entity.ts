import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One `Idempotency-Key` of one user. The key itself is not stored: it seals the answer. */
@Entity('idempotency_keys')
export class IdempotencyKeyRow {
  @PrimaryColumn('bigint')
  userId!: string;

  @PrimaryColumn('binary', { length: 32 })
  keyHash!: Buffer;

  @Column('binary', { length: 32 })
  requestHash!: Buffer;

  /** Names the run that may finish this row; another one takes over where that one was lost. */
  @Column('char', { length: 22 })
  run!: string;

  @Column('datetime', { precision: 3 })
  startedAt!: Date;

  /** Null while the first request runs. */
  @Column('smallint', { unsigned: true, nullable: true })
  status!: number | null;

  @Column('mediumblob', { nullable: true })
  sealedBody!: Buffer | null;
}
