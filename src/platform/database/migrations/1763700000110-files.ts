import type { MigrationInterface, QueryRunner } from 'typeorm';

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class Files1763700000110 implements MigrationInterface {
  readonly name = 'Files1763700000110';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS files (
      id BIGINT NOT NULL,
      uploaderId BIGINT NOT NULL,
      name VARCHAR(255) NOT NULL,
      contentType VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      size INT UNSIGNED NOT NULL,
      width INT UNSIGNED NULL,
      height INT UNSIGNED NULL,
      thumbnailSize INT UNSIGNED NULL,
      createdAt DATETIME(3) NOT NULL,
      expiresAt DATETIME(3) NULL,
      PRIMARY KEY (id),
      KEY files_uploader (uploaderId, size),
      KEY files_expires (expiresAt)
    ) ${options}`);
    await runner.query(`CREATE TABLE IF NOT EXISTS message_files (
      conversationId BIGINT NOT NULL,
      seq INT UNSIGNED NOT NULL,
      fileId BIGINT NOT NULL,
      PRIMARY KEY (conversationId, seq, fileId),
      KEY message_files_file (fileId, conversationId, seq)
    ) ${options}`);
    await runner.query(`CREATE TABLE IF NOT EXISTS file_url_keys (
      id TINYINT UNSIGNED NOT NULL,
      secret BINARY(32) NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      PRIMARY KEY (id)
    ) ${options}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['file_url_keys', 'message_files', 'files'])
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
