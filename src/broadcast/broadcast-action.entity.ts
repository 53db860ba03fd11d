import { Column, Entity, PrimaryColumn } from 'typeorm';

export const broadcastActions = [
  'created',
  'published',
  'changed',
  'recalled',
  'cancelled',
  'reminded',
] as const;

/** What was done about a broadcast, for ever: written with the act, in the same transaction. */
@Entity('broadcast_actions')
export class BroadcastAction {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  broadcastId!: string;

  /** Who did it; of what is published at its time, whoever set that. */
  @Column({ type: 'bigint' })
  actorId!: string;

  @Column({ type: 'varchar', length: 9 })
  action!: (typeof broadcastActions)[number];

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
