import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Groups1763700000030 implements MigrationInterface {
  readonly name = 'Groups1763700000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE conversations
        ADD COLUMN rev INT UNSIGNED NOT NULL DEFAULT 1,
        ADD COLUMN creationKey BINARY(32) NULL,
        ADD COLUMN deletedAt DATETIME(3) NULL,
        ADD UNIQUE KEY conversations_creation (creationKey),
        ADD KEY conversations_type (type, id)`,
    );
    await runner.query(
      `ALTER TABLE members
        ADD COLUMN joinedSeq INT UNSIGNED NOT NULL DEFAULT 0,
        ADD COLUMN visibleAfterSeq INT UNSIGNED NOT NULL DEFAULT 0`,
    );
    await runner.query('ALTER TABLE messages ADD COLUMN `system` TEXT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages DROP COLUMN `system`');
    await runner.query('ALTER TABLE members DROP COLUMN joinedSeq, DROP COLUMN visibleAfterSeq');
    await runner.query(
      `ALTER TABLE conversations
        DROP KEY conversations_type, DROP KEY conversations_creation,
        DROP COLUMN rev, DROP COLUMN creationKey, DROP COLUMN deletedAt`,
    );
  }
}
