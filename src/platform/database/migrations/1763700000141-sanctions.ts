import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sanctions1763700000141 implements MigrationInterface {
  readonly name = 'Sanctions1763700000141';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE members ADD COLUMN mutedUntil DATETIME(3) NULL');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS bans (
        conversationId BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        until DATETIME(3) NULL,
        reason VARCHAR(500) NULL,
        bannedBy BIGINT NOT NULL,
        bannedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (conversationId, userId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS bans');
    await runner.query('ALTER TABLE members DROP COLUMN mutedUntil');
  }
}
