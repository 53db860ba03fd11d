import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Presence1763700000180 implements MigrationInterface {
  readonly name = 'Presence1763700000180';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS presences (
        userId BIGINT NOT NULL PRIMARY KEY,
        status VARCHAR(9) NOT NULL,
        statusText VARCHAR(600) NULL,
        statusTextUntil DATETIME(3) NULL,
        showsLastSeen BOOLEAN NOT NULL DEFAULT TRUE,
        lastSeenAt DATETIME(3) NULL,
        shownStatus VARCHAR(7) NOT NULL DEFAULT 'offline',
        shownText VARCHAR(600) NULL,
        KEY presences_shown (shownStatus, userId),
        KEY presences_text_until (statusTextUntil)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS presences');
  }
}
