import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ScheduledMessages1763700000131 implements MigrationInterface {
  readonly name = 'ScheduledMessages1763700000131';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS scheduled_messages (
        id BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        conversationId BIGINT NOT NULL,
        status VARCHAR(9) NOT NULL,
        sendAt DATETIME(3) NOT NULL,
        dueAt DATETIME(3) NULL,
        message MEDIUMTEXT NULL,
        seq INT UNSIGNED NULL,
        problem VARCHAR(64) NULL,
        attempts INT UNSIGNED NOT NULL DEFAULT 0,
        creationKey BINARY(32) NULL,
        createdAt DATETIME(3) NOT NULL,
        updatedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        KEY scheduled_messages_user (userId, sendAt, id),
        KEY scheduled_messages_due (dueAt),
        UNIQUE KEY scheduled_messages_creation (creationKey)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS scheduled_messages');
  }
}
