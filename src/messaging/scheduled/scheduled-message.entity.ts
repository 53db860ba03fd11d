import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `sending` begins when it is due, and lasts until it is known what became of it. */
export const scheduledStatuses = ['pending', 'sending', 'sent', 'failed', 'cancelled'] as const;
export type ScheduledStatus = (typeof scheduledStatuses)[number];

/** A message that is to be sent later. Once it was sent or cancelled, the row stays for a day without the message. */
@Entity('scheduled_messages')
export class ScheduledMessage {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  userId!: string;

  @Column({ type: 'bigint' })
  conversationId!: string;

  @Column({ type: 'varchar', length: 9 })
  status!: ScheduledStatus;

  @Column({ type: 'datetime', precision: 3 })
  sendAt!: Date;

  /** When something is to be done about it, by whoever comes first; null when nothing is. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  dueAt!: Date | null;

  /** What a send takes, as JSON. */
  @Column({ type: 'mediumtext', nullable: true })
  message!: string | null;

  /** Of the message that it became. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  seq!: number | null;

  /** The code with which the send was refused. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  problem!: string | null;

  @Column({ type: 'int', unsigned: true, default: 0 })
  attempts!: number;

  /** Of the request that made it, where that came with an Idempotency-Key. */
  @Column({ type: 'binary', length: 32, nullable: true })
  creationKey!: Buffer | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'datetime', precision: 3 })
  updatedAt!: Date;
}
