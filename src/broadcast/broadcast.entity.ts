import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AttachedFile } from '../ledger/message.entity.js';
import type { Audience } from './audience.js';
import type { Variants } from './variants.js';

export const levels = ['info', 'warning', 'urgent'] as const;
export type Level = (typeof levels)[number];

/** An announcement, whatever the number of its readers: whom it is for is a rule, not a list. */
@Entity('broadcasts')
export class Broadcast {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  authorId!: string;

  @Column({ type: 'varchar', length: 200, nullable: true })
  title!: string | null;

  /** Markdown. */
  @Column({ type: 'text' })
  body!: string;

  /** What it says in other languages instead. */
  @Column({
    type: 'mediumtext',
    nullable: true,
    transformer: {
      to: (variants: Variants | null) => variants && JSON.stringify(variants),
      from: (stored: string | null) => stored && (JSON.parse(stored) as Variants),
    },
  })
  variants!: Variants | null;

  /** Null, never empty, where there are none. */
  @Column({
    type: 'text',
    nullable: true,
    transformer: {
      to: (files: readonly AttachedFile[] | null) => files && JSON.stringify(files),
      from: (stored: string | null) => stored && (JSON.parse(stored) as AttachedFile[]),
    },
  })
  attachments!: readonly AttachedFile[] | null;

  @Column({ type: 'varchar', length: 7 })
  level!: Level;

  @Column({ type: 'varchar', length: 2048, nullable: true })
  link!: string | null;

  @Column({ type: 'boolean' })
  requireAck!: boolean;

  @Column({
    type: 'mediumtext',
    transformer: {
      to: (audience: Audience) => JSON.stringify(audience),
      from: (stored: string) => JSON.parse(stored) as Audience,
    },
  })
  audience!: Audience;

  /** Whether it is for those alone whom the audience named when it was published. */
  @Column({ type: 'boolean' })
  isFixed!: boolean;

  /** Whether it is for those alone who were connected when it was published. */
  @Column({ type: 'boolean' })
  isForConnected!: boolean;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  startsAt!: Date | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** When it is to be published; null where nothing is to be done. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  dueAt!: Date | null;

  /** Of the cast that published it; null before. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  number!: number | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  publishedAt!: Date | null;

  /** Also of one that was cancelled before it was published. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  recalledAt!: Date | null;

  /** When those who had not acknowledged it were shown it again. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  remindedAt!: Date | null;

  /** From then on nobody gets it any more: the recall, the expiry, or a time that never comes. */
  @Column({ type: 'datetime', precision: 3 })
  endsAt!: Date;

  /** Users of whom a device has acknowledged that it has it. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  deliveredCount!: number;

  /** Users who have acknowledged it themselves. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  acknowledgedCount!: number;

  /** Of the request that made it, where that came with an Idempotency-Key. */
  @Column({ type: 'binary', length: 32, nullable: true })
  creationKey!: Buffer | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'datetime', precision: 3 })
  updatedAt!: Date;
}
