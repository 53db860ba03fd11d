import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Threads1763700000101 implements MigrationInterface {
  readonly name = 'Threads1763700000101';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS thread_replies (
        conversationId BIGINT NOT NULL,
        rootSeq INT UNSIGNED NOT NULL,
        seq INT UNSIGNED NOT NULL,
        PRIMARY KEY (conversationId, rootSeq, seq)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS thread_followers (
        userId BIGINT NOT NULL,
        conversationId BIGINT NOT NULL,
        rootSeq INT UNSIGNED NOT NULL,
        isFollowing TINYINT(1) NOT NULL,
        PRIMARY KEY (userId, conversationId, rootSeq)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS thread_followers');
    await runner.query('DROP TABLE IF EXISTS thread_replies');
  }
}
