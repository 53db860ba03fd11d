import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Moderation1763700000142 implements MigrationInterface {
  readonly name = 'Moderation1763700000142';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS reports (
        id BIGINT NOT NULL,
        conversationId BIGINT NOT NULL,
        seq INT UNSIGNED NOT NULL,
        senderId BIGINT NOT NULL,
        reporterId BIGINT NOT NULL,
        reason VARCHAR(16) NOT NULL,
        comment VARCHAR(1000) NULL,
        state VARCHAR(12) NOT NULL,
        action VARCHAR(16) NULL,
        note VARCHAR(1000) NULL,
        closedBy BIGINT NULL,
        closedAt DATETIME(3) NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        UNIQUE KEY reports_message (conversationId, seq, reporterId),
        KEY reports_state (state, id)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS moderation_actions (
        id BIGINT NOT NULL,
        moderatorId BIGINT NOT NULL,
        action VARCHAR(16) NOT NULL,
        conversationId BIGINT NOT NULL,
        seq INT UNSIGNED NULL,
        userId BIGINT NULL,
        until DATETIME(3) NULL,
        reportId BIGINT NULL,
        note VARCHAR(1000) NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        KEY moderation_actions_conversation (conversationId, id),
        KEY moderation_actions_user (userId, id)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS moderation_actions');
    await runner.query('DROP TABLE IF EXISTS reports');
  }
}
