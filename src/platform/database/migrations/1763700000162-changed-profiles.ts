import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ChangedProfiles1763700000162 implements MigrationInterface {
  readonly name = 'ChangedProfiles1763700000162';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD KEY users_profile_changed (profileChangedAt)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP KEY users_profile_changed');
  }
}
