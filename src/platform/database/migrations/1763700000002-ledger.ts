import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Ledger1763700000002 implements MigrationInterface {
  readonly name = 'Ledger1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS conversation_heads (
        conversationId BIGINT NOT NULL,
        rev INT UNSIGNED NOT NULL,
        lastSeq INT UNSIGNED NOT NULL,
        membersRev INT UNSIGNED NOT NULL,
        changedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (conversationId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS members (
        conversationId BIGINT NOT NULL,
        userId BIGINT NOT NULL,
        role VARCHAR(8) NOT NULL,
        rev INT UNSIGNED NOT NULL,
        joinedRev INT UNSIGNED NOT NULL,
        joinedAt DATETIME(3) NOT NULL,
        removedAt DATETIME(3) NULL,
        readSeq INT UNSIGNED NOT NULL DEFAULT 0,
        deliveredSeq INT UNSIGNED NOT NULL DEFAULT 0,
        muted TINYINT(1) NOT NULL DEFAULT 0,
        pinned TINYINT(1) NOT NULL DEFAULT 0,
        archived TINYINT(1) NOT NULL DEFAULT 0,
        PRIMARY KEY (conversationId, userId),
        KEY members_user (userId, conversationId)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS messages (
        conversationId BIGINT NOT NULL,
        seq INT UNSIGNED NOT NULL,
        id BIGINT NOT NULL,
        createdRev INT UNSIGNED NOT NULL,
        rev INT UNSIGNED NOT NULL,
        type VARCHAR(8) NOT NULL,
        senderId BIGINT NOT NULL,
        sendKey VARCHAR(66) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        digest BINARY(16) NOT NULL,
        text TEXT NULL,
        metadata TEXT NULL,
        createdAt DATETIME(3) NOT NULL,
        editedAt DATETIME(3) NULL,
        deletedAt DATETIME(3) NULL,
        PRIMARY KEY (conversationId, seq),
        UNIQUE KEY messages_send_key (senderId, sendKey),
        KEY messages_rev (conversationId, rev)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS outbox (
        id BIGINT NOT NULL AUTO_INCREMENT,
        committedAt DATETIME(3) NOT NULL,
        changes MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
        PRIMARY KEY (id)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS late_dispatches (
        id BIGINT NOT NULL,
        committedFrom DATETIME(3) NOT NULL,
        positionsTo DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        KEY late_dispatches_to (positionsTo, committedFrom)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['late_dispatches', 'outbox', 'messages', 'members', 'conversation_heads']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
