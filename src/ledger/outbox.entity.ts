import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Changes that are committed and not yet known to be in all mailboxes: one row a transaction, deleted after fan-out. */
@Entity('outbox')
export class OutboxBatch {
  /** Rises with the order of commits per conversation: it is taken under the conversations' locks. */
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'datetime', precision: 3 })
  committedAt!: Date;

  /** References, one a line, in the order in which they were made; then, with their recipients, those of no conversation. */
  @Column({ type: 'mediumtext' })
  changes!: string;
}
