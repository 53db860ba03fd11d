import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The record that changes committed from one time on may have got mailbox positions up to another, much later one.
 * A replay from MySQL that begins between the two must go back to the first.
 */
@Entity('late_dispatches')
export class LateDispatch {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'datetime', precision: 3 })
  committedFrom!: Date;

  @Column({ type: 'datetime', precision: 3 })
  positionsTo!: Date;
}
