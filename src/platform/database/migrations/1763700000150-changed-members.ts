import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ChangedMembers1763700000150 implements MigrationInterface {
  readonly name = 'ChangedMembers1763700000150';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE members ADD KEY members_rev (conversationId, rev)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE members DROP KEY members_rev');
  }
}
