import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BroadcastFiles1763700000302 implements MigrationInterface {
  readonly name = 'BroadcastFiles1763700000302';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE broadcasts ADD COLUMN attachments TEXT NULL');
    await runner.query(`CREATE TABLE IF NOT EXISTS broadcast_files (
      broadcastId BIGINT NOT NULL,
      fileId BIGINT NOT NULL,
      PRIMARY KEY (broadcastId, fileId),
      KEY broadcast_files_file (fileId)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS broadcast_files');
    await runner.query('ALTER TABLE broadcasts DROP COLUMN attachments');
  }
}
