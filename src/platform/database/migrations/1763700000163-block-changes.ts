import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BlockChanges1763700000163 implements MigrationInterface {
  readonly name = 'BlockChanges1763700000163';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE members ADD COLUMN blockChangedAt DATETIME(3) NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE members DROP COLUMN blockChangedAt');
  }
}
