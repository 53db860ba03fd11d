import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('signing_keys')
export class SigningKey {
  /** Counts the keys: of two nodes that make the next one at the same time, the unique number lets one win. */
  @PrimaryColumn('int', { unsigned: true })
  generation!: number;

  @Column('varchar', { length: 64 })
  kid!: string;

  @Column('text')
  publicJwk!: string;

  @Column('text')
  privateJwk!: string;

  /** From then on it signs, until the next one does. */
  @Column('datetime', { precision: 3 })
  signsFrom!: Date;
}
