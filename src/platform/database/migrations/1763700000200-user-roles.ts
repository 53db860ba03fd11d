import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds all of a role and all keys of a service, and locks them without locking everybody. */
export class UserRoles1763700000200 implements MigrationInterface {
  readonly name = 'UserRoles1763700000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD KEY users_role (role, disabledAt)');
    await runner.query('ALTER TABLE api_keys ADD KEY api_keys_user (userId)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_keys DROP KEY api_keys_user');
    await runner.query('ALTER TABLE users DROP KEY users_role');
  }
}
