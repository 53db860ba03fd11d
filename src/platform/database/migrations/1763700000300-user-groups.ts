import type { MigrationInterface, QueryRunner } from 'typeorm';

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class UserGroups1763700000300 implements MigrationInterface {
  readonly name = 'UserGroups1763700000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS user_groups (
        id BIGINT NOT NULL,
        name VARCHAR(80) NOT NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id)
      ) ${options}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS user_group_members (
        groupId BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        joinedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (groupId, userId),
        KEY user_group_members_user (userId)
      ) ${options}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['user_group_members', 'user_groups'])
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
