import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MessageContent1763700000100 implements MigrationInterface {
  readonly name = 'MessageContent1763700000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE messages
        ADD COLUMN attachments TEXT NULL,
        ADD COLUMN replyTo INT UNSIGNED NULL,
        ADD COLUMN threadOf INT UNSIGNED NULL,
        ADD COLUMN threadCount INT UNSIGNED NOT NULL DEFAULT 0,
        ADD COLUMN mentions TEXT NULL,
        ADD COLUMN mentionAll TINYINT(1) NOT NULL DEFAULT 0,
        ADD COLUMN forwarded TEXT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE messages
        DROP COLUMN attachments, DROP COLUMN replyTo, DROP COLUMN threadOf, DROP COLUMN threadCount,
        DROP COLUMN mentions, DROP COLUMN mentionAll, DROP COLUMN forwarded`,
    );
  }
}
