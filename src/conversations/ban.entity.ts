import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who is no member of a conversation and can't become one. */
@Entity('bans')
export class Ban {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  /** Null where it has no end. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  until!: Date | null;

  @Column({ type: 'varchar', length: 500, nullable: true })
  reason!: string | null;

  @Column({ type: 'bigint' })
  bannedBy!: string;

  @Column({ type: 'datetime', precision: 3 })
  bannedAt!: Date;
}
