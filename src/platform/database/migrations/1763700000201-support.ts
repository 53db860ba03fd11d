import type { MigrationInterface, QueryRunner } from 'typeorm';

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class Support1763700000201 implements MigrationInterface {
  readonly name = 'Support1763700000201';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE conversations ADD COLUMN runBy VARCHAR(16) NULL');
    await runner.query(`CREATE TABLE IF NOT EXISTS support_teams (
      id BIGINT NOT NULL PRIMARY KEY,
      name VARCHAR(80) NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      closedAt DATETIME(3) NULL
    ) ${options}`);
    await runner.query(`CREATE TABLE IF NOT EXISTS support_agents (
      teamId BIGINT NOT NULL,
      userId BIGINT NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      PRIMARY KEY (teamId, userId),
      KEY support_agents_user (userId)
    ) ${options}`);
    await runner.query(`CREATE TABLE IF NOT EXISTS support_requests (
      id BIGINT NOT NULL PRIMARY KEY,
      teamId BIGINT NOT NULL,
      fromTeamId BIGINT NULL,
      requesterId BIGINT NOT NULL,
      agentId BIGINT NULL,
      state VARCHAR(16) NOT NULL,
      subject VARCHAR(200) NULL,
      openedAt DATETIME(3) NOT NULL,
      queuedAt DATETIME(3) NULL,
      closedAt DATETIME(3) NULL,
      createdAt DATETIME(3) NOT NULL,
      changedAt DATETIME(3) NOT NULL,
      KEY support_requests_queue (teamId, queuedAt, id),
      KEY support_requests_team (teamId, state, id),
      KEY support_requests_changed (teamId, changedAt),
      KEY support_requests_from (fromTeamId, changedAt),
      KEY support_requests_requester (requesterId, id),
      KEY support_requests_agent (agentId, id)
    ) ${options}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS support_requests');
    await runner.query('DROP TABLE IF EXISTS support_agents');
    await runner.query('DROP TABLE IF EXISTS support_teams');
    await runner.query('ALTER TABLE conversations DROP COLUMN runBy');
  }
}
