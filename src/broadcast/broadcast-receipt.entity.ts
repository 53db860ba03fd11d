import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That a user has got a broadcast: a row only for those who have. */
@Entity('broadcast_receipts')
export class BroadcastReceipt {
  @PrimaryColumn({ type: 'bigint' })
  broadcastId!: string;

  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @Column({ type: 'datetime', precision: 3 })
  deliveredAt!: Date;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  acknowledgedAt!: Date | null;
}
