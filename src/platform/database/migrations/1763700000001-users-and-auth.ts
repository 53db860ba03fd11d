import type { MigrationInterface, QueryRunner } from 'typeorm';

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class UsersAndAuth1763700000001 implements MigrationInterface {
  readonly name = 'UsersAndAuth1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE users (
      id BIGINT NOT NULL PRIMARY KEY,
      username VARCHAR(32) NOT NULL,
      displayName VARCHAR(80) COLLATE utf8mb4_unicode_520_ci NOT NULL,
      email VARCHAR(254) NULL,
      avatarUrl VARCHAR(2048) NULL,
      role VARCHAR(16) NOT NULL,
      passwordHash VARCHAR(255) NULL,
      disabledAt DATETIME(3) NULL,
      createdAt DATETIME(3) NOT NULL,
      updatedAt DATETIME(3) NOT NULL,
      UNIQUE KEY users_username (username)
    ) ${options}`);
    await runner.query(`CREATE TABLE signing_keys (
      generation INT UNSIGNED NOT NULL PRIMARY KEY,
      kid VARCHAR(64) NOT NULL,
      publicJwk TEXT NOT NULL,
      privateJwk TEXT NOT NULL,
      signsFrom DATETIME(3) NOT NULL
    ) ${options}`);
    await runner.query(`CREATE TABLE auth_sessions (
      id BIGINT NOT NULL PRIMARY KEY,
      userId BIGINT NOT NULL,
      deviceName VARCHAR(100) NULL,
      address VARCHAR(45) NOT NULL,
      familyHash BINARY(32) NOT NULL,
      tokenHash BINARY(32) NOT NULL,
      replacedHash BINARY(32) NULL,
      sealedSuccessor VARBINARY(255) NULL,
      createdAt DATETIME(3) NOT NULL,
      lastUsedAt DATETIME(3) NOT NULL,
      expiresAt DATETIME(3) NOT NULL,
      revokedAt DATETIME(3) NULL,
      revokedReason VARCHAR(32) NULL,
      KEY auth_sessions_user (userId, id),
      KEY auth_sessions_revoked (revokedAt),
      KEY auth_sessions_expires (expiresAt)
    ) ${options}`);
    await runner.query(`CREATE TABLE api_keys (
      id BIGINT NOT NULL PRIMARY KEY,
      userId BIGINT NOT NULL,
      name VARCHAR(100) NOT NULL,
      secretHash BINARY(32) NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      lastUsedAt DATETIME(3) NULL,
      revokedAt DATETIME(3) NULL,
      KEY api_keys_revoked (revokedAt)
    ) ${options}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
    await runner.query('DROP TABLE auth_sessions');
    await runner.query('DROP TABLE signing_keys');
    await runner.query('DROP TABLE users');
  }
}
