import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WordFilter1763700000140 implements MigrationInterface {
  readonly name = 'WordFilter1763700000140';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS filter_words (
        id BIGINT NOT NULL,
        word VARCHAR(100) NOT NULL,
        folded BINARY(32) NOT NULL,
        action VARCHAR(8) NOT NULL,
        createdBy BIGINT NOT NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        UNIQUE KEY filter_words_folded (folded)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS word_filter (
        id TINYINT NOT NULL,
        version INT UNSIGNED NOT NULL,
        PRIMARY KEY (id)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query('INSERT INTO word_filter (id, version) VALUES (1, 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS word_filter');
    await runner.query('DROP TABLE IF EXISTS filter_words');
  }
}
