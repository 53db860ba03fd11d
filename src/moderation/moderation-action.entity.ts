import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const moderationActions = [
  'delete_message',
  'mute',
  'unmute',
  'ban',
  'unban',
  'dismiss',
  'resolve',
] as const;

/** What a moderator did, for ever: written with the act, in the same transaction. */
@Entity('moderation_actions')
@Index('moderation_actions_conversation', ['conversationId', 'id'])
@Index('moderation_actions_user', ['userId', 'id'])
export class ModerationAction {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  moderatorId!: string;

  @Column({ type: 'varchar', length: 16 })
  action!: (typeof moderationActions)[number];

  @Column({ type: 'bigint' })
  conversationId!: string;

  /** Of a message. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  seq!: number | null;

  /** Whom it happened to. */
  @Column({ type: 'bigint', nullable: true })
  userId!: string | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  until!: Date | null;

  /** The report that led to it. */
  @Column({ type: 'bigint', nullable: true })
  reportId!: string | null;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  note!: string | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
