import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MemberCount1763700000143 implements MigrationInterface {
  readonly name = 'MemberCount1763700000143';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE conversations ADD COLUMN memberCount INT UNSIGNED NOT NULL DEFAULT 0');
    await runner.query(
      `UPDATE conversations c SET memberCount =
        (SELECT COUNT(*) FROM members m WHERE m.conversationId = c.id AND m.removedAt IS NULL)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE conversations DROP COLUMN memberCount');
  }
}
