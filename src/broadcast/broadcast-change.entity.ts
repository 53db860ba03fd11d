import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is told of a broadcast, and as what: each has an event of its name. */
export type ToldKind = 'published' | 'updated' | 'recalled';
/** A reminder is told as an update, to those who have not acknowledged it. */
export type ChangeKind = ToldKind | 'reminded';

/** What has to come into the mailboxes, and has done so once `reachedAt` is set. */
@Entity('broadcast_changes')
export class BroadcastChange {
  /** Of its cast. */
  @PrimaryColumn({ type: 'int', unsigned: true })
  number!: number;

  @Column({ type: 'bigint' })
  broadcastId!: string;

  @Column({ type: 'varchar', length: 9 })
  kind!: ChangeKind;

  @Column({ type: 'datetime', precision: 3 })
  committedAt!: Date;

  /** Not before any position that it got. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  reachedAt!: Date | null;

  /** By shard: up to which position it stands in the mailboxes. */
  @Column({ type: 'varchar', length: 600, nullable: true })
  tails!: string | null;

  /** Mailboxes that got it. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  reached!: number | null;
}
