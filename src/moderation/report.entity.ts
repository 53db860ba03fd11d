import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const reportReasons = [
  'spam',
  'harassment',
  'hate',
  'violence',
  'sexual',
  'illegal',
  'other',
] as const;
export const reportStates = ['open', 'resolved', 'dismissed'] as const;
export const reportActions = ['dismiss', 'resolve', 'delete_message', 'mute', 'ban'] as const;

export type ReportState = (typeof reportStates)[number];

/** That a member wants a message looked at. It names the message and copies nothing of it: what is deleted is nowhere. */
@Entity('reports')
@Index('reports_message', ['conversationId', 'seq', 'reporterId'], { unique: true })
export class Report {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  conversationId!: string;

  @Column({ type: 'int', unsigned: true })
  seq!: number;

  /** The message's. */
  @Column({ type: 'bigint' })
  senderId!: string;

  @Column({ type: 'bigint' })
  reporterId!: string;

  @Column({ type: 'varchar', length: 16 })
  reason!: (typeof reportReasons)[number];

  @Column({ type: 'varchar', length: 1000, nullable: true })
  comment!: string | null;

  @Column({ type: 'varchar', length: 12 })
  state!: ReportState;

  /** With what it was closed; null while it is open, as what follows. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  action!: (typeof reportActions)[number] | null;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  note!: string | null;

  @Column({ type: 'bigint', nullable: true })
  closedBy!: string | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  closedAt!: Date | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
