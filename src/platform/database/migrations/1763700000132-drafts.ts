import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Drafts1763700000132 implements MigrationInterface {
  readonly name = 'Drafts1763700000132';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS drafts (
        userId BIGINT NOT NULL,
        conversationId BIGINT NOT NULL,
        text TEXT NOT NULL,
        replyTo INT UNSIGNED NULL,
        threadOf INT UNSIGNED NULL,
        updatedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (userId, conversationId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS drafts');
  }
}
