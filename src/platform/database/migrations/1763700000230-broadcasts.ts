import type { MigrationInterface, QueryRunner } from 'typeorm';

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class Broadcasts1763700000230 implements MigrationInterface {
  readonly name = 'Broadcasts1763700000230';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS mailbox_casts (
        id TINYINT NOT NULL,
        number INT UNSIGNED NOT NULL,
        PRIMARY KEY (id)
      ) ${options}`);
    await runner.query('INSERT IGNORE INTO mailbox_casts (id, number) VALUES (1, 0)');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS broadcasts (
        id BIGINT NOT NULL,
        authorId BIGINT NOT NULL,
        title VARCHAR(200) NULL,
        body TEXT NOT NULL,
        level VARCHAR(7) NOT NULL,
        link VARCHAR(2048) NULL,
        requireAck TINYINT(1) NOT NULL,
        audience MEDIUMTEXT NOT NULL,
        isFixed TINYINT(1) NOT NULL,
        isForConnected TINYINT(1) NOT NULL,
        startsAt DATETIME(3) NULL,
        expiresAt DATETIME(3) NULL,
        dueAt DATETIME(3) NULL,
        number INT UNSIGNED NULL,
        publishedAt DATETIME(3) NULL,
        recalledAt DATETIME(3) NULL,
        endsAt DATETIME(3) NOT NULL,
        deliveredCount INT UNSIGNED NOT NULL DEFAULT 0,
        acknowledgedCount INT UNSIGNED NOT NULL DEFAULT 0,
        creationKey BINARY(32) NULL,
        createdAt DATETIME(3) NOT NULL,
        updatedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        KEY broadcasts_due (dueAt),
        KEY broadcasts_ends (endsAt),
        UNIQUE KEY broadcasts_creation (creationKey)
      ) ${options}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS broadcast_changes (
        number INT UNSIGNED NOT NULL,
        broadcastId BIGINT NOT NULL,
        kind VARCHAR(9) NOT NULL,
        committedAt DATETIME(3) NOT NULL,
        reachedAt DATETIME(3) NULL,
        tails VARCHAR(600) CHARACTER SET ascii COLLATE ascii_bin NULL,
        reached INT UNSIGNED NULL,
        PRIMARY KEY (number),
        KEY broadcast_changes_reached (reachedAt),
        KEY broadcast_changes_broadcast (broadcastId)
      ) ${options}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS broadcast_receipts (
        broadcastId BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        deliveredAt DATETIME(3) NOT NULL,
        acknowledgedAt DATETIME(3) NULL,
        PRIMARY KEY (broadcastId, userId)
      ) ${options}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS broadcast_actions (
        id BIGINT NOT NULL,
        broadcastId BIGINT NOT NULL,
        actorId BIGINT NOT NULL,
        action VARCHAR(9) NOT NULL,
        createdAt DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        KEY broadcast_actions_broadcast (broadcastId, id)
      ) ${options}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'broadcast_actions',
      'broadcast_receipts',
      'broadcast_changes',
      'broadcasts',
      'mailbox_casts',
    ])
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
