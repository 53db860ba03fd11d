import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One user does not want to hear from another, nor be seen by them. */
@Entity('blocks')
export class Block {
  /** Who has blocked. */
  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @PrimaryColumn({ type: 'bigint' })
  blockedId!: string;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
