import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type MemberRole = 'owner' | 'admin' | 'member';

/** One user in one conversation. A member who left keeps the row, so that the removal can still be told. */
@Entity('members')
@Index('members_rev', ['conversationId', 'rev'])
export class Member {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @Column({ type: 'varchar', length: 8 })
  role!: MemberRole;

  /** The conversation's rev of the last change to this membership. */
  @Column({ type: 'int', unsigned: true })
  rev!: number;

  /** Changes before this rev were never meant for this member. */
  @Column({ type: 'int', unsigned: true })
  joinedRev!: number;

  @Column({ type: 'datetime', precision: 3 })
  joinedAt!: Date;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  removedAt!: Date | null;

  /** The member has read all messages up to this one; never beyond the conversation's last, never back. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  readSeq!: number;

  /** Some device of the member has acknowledged all messages up to this one. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  deliveredSeq!: number;

  /** The conversation's last message when the member joined. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  joinedSeq!: number;

  /** Messages up to this one are not for the member to see; 0 where all of the history is. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  visibleAfterSeq!: number;

  /** Whoever runs the conversation has muted the member until then; not the member’s own `muted`, which is a setting. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  mutedUntil!: Date | null;

  /** The other one of a direct conversation; null in all others. */
  @Column({ type: 'bigint', nullable: true })
  peerId!: string | null;

  /** Whether the other one of a direct conversation has blocked this member. */
  @Column({ type: 'boolean', default: false })
  blocked!: boolean;

  /** When this member blocked the other one of a direct conversation last, or let them in again. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  blockChangedAt!: Date | null;

  @Column({ type: 'boolean', default: false })
  muted!: boolean;

  @Column({ type: 'boolean', default: false })
  pinned!: boolean;

  @Column({ type: 'boolean', default: false })
  archived!: boolean;
}
