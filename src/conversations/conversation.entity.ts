import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ConversationType = 'direct' | 'group' | 'channel';
export type HistoryVisibility = 'all' | 'joined';

/** What a conversation is called and how it is set; its numbers are in its head, its members in the member list. */
@Entity('conversations')
export class Conversation {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'varchar', length: 8 })
  type!: ConversationType;

  /** The two users of a direct conversation, smaller id first: a pair has one. Null for the other types. */
  @Column({ type: 'varchar', length: 41, nullable: true })
  directKey!: string | null;

  @Column({ type: 'varchar', length: 200, nullable: true })
  name!: string | null;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  topic!: string | null;

  @Column({ type: 'varchar', length: 2000, nullable: true })
  avatarUrl!: string | null;

  @Column({ type: 'varchar', length: 8 })
  historyVisibility!: HistoryVisibility;

  /** The capability that alone decides who is in it and what it is called; null where its members do. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  runBy!: 'support' | null;

  /** Those in it now: changed with each membership, under the head's lock, so that nobody has to count. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  memberCount!: number;

  /** The conversation's rev of the last change to what stands here. */
  @Column({ type: 'int', unsigned: true })
  rev!: number;

  /** Of the request that made it, where that came with an Idempotency-Key. */
  @Column({ type: 'binary', length: 32, nullable: true })
  creationKey!: Buffer | null;

  /** Nobody is in a deleted conversation, and nobody finds it. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  deletedAt!: Date | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'datetime', precision: 3 })
  updatedAt!: Date;
}
