import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Idempotency1763700000010 implements MigrationInterface {
  readonly name = 'Idempotency1763700000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE idempotency_keys (
      userId BIGINT NOT NULL,
      keyHash BINARY(32) NOT NULL,
      requestHash BINARY(32) NOT NULL,
      run CHAR(22) NOT NULL,
      startedAt DATETIME(3) NOT NULL,
      status SMALLINT UNSIGNED NULL,
      sealedBody MEDIUMBLOB NULL,
      PRIMARY KEY (userId, keyHash),
      KEY idempotency_keys_started (startedAt)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
