import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * `asked`: the owner waits for the other one's answer; `contact`: the other one is in the owner's list. The others stand
 * for what is over, so that a device that was away learns of it: `removed` was a contact, `ended` a request.
 */
export type ContactStatus = 'asked' | 'contact' | 'removed' | 'ended';

/** What one user, its owner, has to do with another. Changed under the lock of the owner's row alone. */
@Entity('contacts')
export class Contact {
  /** The owner. */
  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @PrimaryColumn({ type: 'bigint' })
  contactId!: string;

  @Column({ type: 'varchar', length: 8 })
  status!: ContactStatus;

  /** What the owner notes, for the owner's eyes only. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  note!: string | null;

  @Column({ type: 'boolean', default: false })
  favourite!: boolean;

  /** Whether the owner wants to be reminded when the other one comes and goes. */
  @Column({ type: 'boolean', default: false })
  remind!: boolean;

  /** When it became what it is. */
  @Column({ type: 'datetime', precision: 3 })
  since!: Date;

  /** Rises with each change, whatever the clock does. */
  @Column({ type: 'datetime', precision: 3 })
  changedAt!: Date;
}

/** Its columns, as plain data. */
export type ContactRow = { readonly [Column in keyof Contact]: Contact[Column] };
