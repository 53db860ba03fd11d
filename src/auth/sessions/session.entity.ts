import { Column, Entity, PrimaryColumn } from 'typeorm';

export type RevocationReason =
  'logout' | 'revoked' | 'password_changed' | 'refresh_reused' | 'user_disabled' | 'role_changed';

/** One login. Its refresh tokens form a family, of which only hashes are stored. */
@Entity('auth_sessions')
export class Session {
  @PrimaryColumn('bigint')
  id!: string;

  @Column('bigint')
  userId!: string;

  @Column('varchar', { length: 100, nullable: true })
  deviceName!: string | null;

  /** Whence the login came. */
  @Column('varchar', { length: 45 })
  address!: string;

  /** Of the secret that all refresh tokens of this login share: it tells an old token from a forged one. */
  @Column('binary', { length: 32 })
  familyHash!: Buffer;

  @Column('binary', { length: 32 })
  tokenHash!: Buffer;

  @Column('binary', { length: 32, nullable: true })
  replacedHash!: Buffer | null;

  /** The current secret, sealed with the one that it replaced. */
  @Column('varbinary', { length: 255, nullable: true })
  sealedSuccessor!: Buffer | null;

  @Column('datetime', { precision: 3 })
  createdAt!: Date;

  /** The login or its last refresh. */
  @Column('datetime', { precision: 3 })
  lastUsedAt!: Date;

  @Column('datetime', { precision: 3 })
  expiresAt!: Date;

  @Column('datetime', { precision: 3, nullable: true })
  revokedAt!: Date | null;

  @Column('varchar', { length: 32, nullable: true })
  revokedReason!: RevocationReason | null;
}

/** A login ends so many days after its last refresh. */
export const sessionExpiry = (lastUsedAt: Date, days: number): Date =>
  new Date(lastUsedAt.getTime() + days * 86_400_000);
