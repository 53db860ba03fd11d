import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of a conversation's log: the row that every change locks. Narrow, because it is written with each commit. */
@Entity('conversation_heads')
export class ConversationHead {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  /** Number of the last change of any kind. */
  @Column({ type: 'int', unsigned: true })
  rev!: number;

  /** Number of the last message. */
  @Column({ type: 'int', unsigned: true })
  lastSeq!: number;

  /** The rev of the last change of membership: a member list of this version is exact. */
  @Column({ type: 'int', unsigned: true })
  membersRev!: number;

  /** When the last change was committed; never goes back within a conversation. */
  @Column({ type: 'datetime', precision: 3 })
  changedAt!: Date;
}
