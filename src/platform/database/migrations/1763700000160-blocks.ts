import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Blocks1763700000160 implements MigrationInterface {
  readonly name = 'Blocks1763700000160';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE members
        ADD COLUMN peerId BIGINT NULL,
        ADD COLUMN blocked TINYINT(1) NOT NULL DEFAULT 0,
        ADD KEY members_peer (userId, peerId)`,
    );
    const first = "CAST(SUBSTRING_INDEX(c.directKey, ':', 1) AS SIGNED)";
    const second = "CAST(SUBSTRING_INDEX(c.directKey, ':', -1) AS SIGNED)";
    await runner.query(
      `UPDATE members m JOIN conversations c ON c.id = m.conversationId
       SET m.peerId = IF(m.userId = ${first}, ${second}, ${first}) WHERE c.directKey IS NOT NULL`,
    );
    await runner.query('ALTER TABLE users ADD COLUMN profileChangedAt DATETIME(3) NULL');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS blocks (
        userId BIGINT NOT NULL,
        blockedId BIGINT NOT NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (userId, blockedId),
        KEY blocks_blocked (blockedId, userId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS blocks');
    await runner.query('ALTER TABLE users DROP COLUMN profileChangedAt');
    await runner.query('ALTER TABLE members DROP KEY members_peer, DROP COLUMN peerId, DROP COLUMN blocked');
  }
}
