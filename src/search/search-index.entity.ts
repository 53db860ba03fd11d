import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How far a conversation is indexed, and its newest messages, which are not in the slices and terms yet. */
@Entity('search_positions')
export class SearchPosition {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  /** All changes up to this rev, to messages up to `seq`, are in the index. */
  @Column({ type: 'int', unsigned: true })
  rev!: number;

  @Column({ type: 'int', unsigned: true })
  seq!: number;

  /** Of the open segment: it ends with `seq`. */
  @Column({ type: 'varbinary', length: 384 })
  times!: Buffer;

  @Column({ type: 'mediumblob' })
  terms!: Buffer;
}

/** What is kept of up to 64 messages: from it the index can be corrected after an edit or a deletion. */
@Entity('search_slices')
@Index('search_slices_time', ['conversationId', 'startsAt'])
export class SearchSlice {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  @PrimaryColumn({ type: 'int', unsigned: true })
  slice!: number;

  /** When the slice's first message was sent. */
  @Column({ type: 'datetime', precision: 3 })
  startsAt!: Date;

  @Column({ type: 'varbinary', length: 384 })
  times!: Buffer;

  @Column({ type: 'mediumblob' })
  terms!: Buffer;
}

/** Which of a slice's messages hold a term: one bit a message. */
@Entity('search_terms')
export class SearchTerm {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  @PrimaryColumn({ type: 'int', unsigned: true })
  term!: number;

  @PrimaryColumn({ type: 'int', unsigned: true })
  slice!: number;

  @Column({ type: 'bigint', unsigned: true })
  bits!: string;
}
