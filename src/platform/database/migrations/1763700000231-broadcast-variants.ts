import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BroadcastVariants1763700000231 implements MigrationInterface {
  readonly name = 'BroadcastVariants1763700000231';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN locale VARCHAR(35) NULL');
    await runner.query(
      'ALTER TABLE broadcasts ADD COLUMN variants MEDIUMTEXT NULL, ADD COLUMN remindedAt DATETIME(3) NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE broadcasts DROP COLUMN remindedAt, DROP COLUMN variants');
    await runner.query('ALTER TABLE users DROP COLUMN locale');
  }
}
