import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../platform/http/principal.js';

@Entity('users')
export class User {
  @PrimaryColumn('bigint')
  id!: string;

  @Column('varchar', { length: 32 })
  username!: string;

  @Column('varchar', { length: 80 })
  displayName!: string;

  @Column('varchar', { length: 254, nullable: true })
  email!: string | null;

  @Column('varchar', { length: 2048, nullable: true })
  avatarUrl!: string | null;

  @Column('varchar', { length: 16 })
  role!: Role;

  /** Null for those who never log in with a password: guests and services. */
  @Column('varchar', { length: 255, nullable: true })
  passwordHash!: string | null;

  @Column('datetime', { precision: 3, nullable: true })
  disabledAt!: Date | null;

  /** Others are not told how far this user has read. */
  @Column('boolean', { default: false })
  hidesReadReceipts!: boolean;

  /** In which language the user reads; null where nobody knows. */
  @Column('varchar', { length: 35, nullable: true })
  locale!: string | null;

  /** When what others see of the user changed last, by MySQL's clock; null where it never did. */
  @Column('datetime', { precision: 3, nullable: true })
  profileChangedAt!: Date | null;

  @Column('datetime', { precision: 3 })
  createdAt!: Date;

  @Column('datetime', { precision: 3 })
  updatedAt!: Date;
}
