import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BroadcastProgress1763700000301 implements MigrationInterface {
  readonly name = 'BroadcastProgress1763700000301';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS broadcast_progress (
        broadcastId BIGINT NOT NULL,
        minute DATETIME NOT NULL,
        delivered INT UNSIGNED NOT NULL,
        acknowledged INT UNSIGNED NOT NULL,
        PRIMARY KEY (broadcastId, minute)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      INSERT IGNORE INTO broadcast_progress (broadcastId, minute, delivered, acknowledged)
      SELECT broadcastId, minute, SUM(delivered), SUM(acknowledged) FROM (
        SELECT broadcastId, DATE_FORMAT(deliveredAt, '%Y-%m-%d %H:%i:00') AS minute, 1 AS delivered, 0 AS acknowledged
        FROM broadcast_receipts
        UNION ALL
        SELECT broadcastId, DATE_FORMAT(acknowledgedAt, '%Y-%m-%d %H:%i:00'), 0, 1
        FROM broadcast_receipts WHERE acknowledgedAt IS NOT NULL
      ) AS receipts GROUP BY broadcastId, minute`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS broadcast_progress');
  }
}
