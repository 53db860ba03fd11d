import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A service's standing proof of who it is, instead of a login. Only the hash of its secret is stored. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn('bigint')
  id!: string;

  @Column('bigint')
  userId!: string;

  @Column('varchar', { length: 100 })
  name!: string;

  @Column('binary', { length: 32 })
  secretHash!: Buffer;

  @Column('datetime', { precision: 3 })
  createdAt!: Date;

  /** To the minute. */
  @Column('datetime', { precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  revokedAt!: Date | null;
}
