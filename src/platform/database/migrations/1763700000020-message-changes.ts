import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MessageChanges1763700000020 implements MigrationInterface {
  readonly name = 'MessageChanges1763700000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE messages ADD COLUMN reactions MEDIUMTEXT NULL, ADD COLUMN pinned TINYINT(1) NOT NULL DEFAULT 0',
    );
    await runner.query(`
      CREATE TABLE IF NOT EXISTS message_edits (
        conversationId BIGINT NOT NULL,
        seq INT UNSIGNED NOT NULL,
        rev INT UNSIGNED NOT NULL,
        text TEXT NULL,
        editedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (conversationId, seq, rev)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS pins (
        conversationId BIGINT NOT NULL,
        seq INT UNSIGNED NOT NULL,
        pinnedBy BIGINT NOT NULL,
        pinnedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (conversationId, seq)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS pins');
    await runner.query('DROP TABLE IF EXISTS message_edits');
    await runner.query('ALTER TABLE messages DROP COLUMN reactions, DROP COLUMN pinned');
  }
}
