import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Search1763700000120 implements MigrationInterface {
  readonly name = 'Search1763700000120';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS search_positions (
        conversationId BIGINT NOT NULL,
        rev INT UNSIGNED NOT NULL,
        seq INT UNSIGNED NOT NULL,
        times VARBINARY(384) NOT NULL,
        terms MEDIUMBLOB NOT NULL,
        PRIMARY KEY (conversationId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS search_slices (
        conversationId BIGINT NOT NULL,
        slice INT UNSIGNED NOT NULL,
        startsAt DATETIME(3) NOT NULL,
        times VARBINARY(384) NOT NULL,
        terms MEDIUMBLOB NOT NULL,
        PRIMARY KEY (conversationId, slice),
        KEY search_slices_time (conversationId, startsAt)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS search_terms (
        conversationId BIGINT NOT NULL,
        term INT UNSIGNED NOT NULL,
        slice INT UNSIGNED NOT NULL,
        bits BIGINT UNSIGNED NOT NULL,
        PRIMARY KEY (conversationId, term, slice)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['search_terms', 'search_slices', 'search_positions'])
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
