import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Receipts1763700000130 implements MigrationInterface {
  readonly name = 'Receipts1763700000130';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN hidesReadReceipts TINYINT(1) NOT NULL DEFAULT 0');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS receipt_times (
        conversationId BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        seq INT UNSIGNED NOT NULL,
        deliveredAt DATETIME(3) NULL,
        readAt DATETIME(3) NULL,
        PRIMARY KEY (conversationId, userId, seq)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    // When the marks that there are already moved is not known: now at the latest.
    for (const [mark, time] of [
      ['deliveredSeq', 'deliveredAt'],
      ['readSeq', 'readAt'],
    ])
      await runner.query(
        `INSERT INTO receipt_times (conversationId, userId, seq, ${time})
         SELECT conversationId, userId, ${mark}, UTC_TIMESTAMP(3) FROM members WHERE ${mark} > 0
         ON DUPLICATE KEY UPDATE ${time} = VALUES(${time})`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS receipt_times');
    await runner.query('ALTER TABLE users DROP COLUMN hidesReadReceipts');
  }
}
