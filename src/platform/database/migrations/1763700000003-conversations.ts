import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Conversations1763700000003 implements MigrationInterface {
  readonly name = 'Conversations1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS conversations (
        id BIGINT NOT NULL,
        type VARCHAR(8) NOT NULL,
        directKey VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NULL,
        name VARCHAR(200) NULL,
        topic VARCHAR(1000) NULL,
        avatarUrl VARCHAR(2000) NULL,
        historyVisibility VARCHAR(8) NOT NULL,
        createdAt DATETIME(3) NOT NULL,
        updatedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        UNIQUE KEY conversations_direct (directKey)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS conversations');
  }
}
