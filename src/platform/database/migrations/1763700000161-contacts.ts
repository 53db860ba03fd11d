import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Contacts1763700000161 implements MigrationInterface {
  readonly name = 'Contacts1763700000161';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS contacts (
        userId BIGINT NOT NULL,
        contactId BIGINT NOT NULL,
        status VARCHAR(8) NOT NULL,
        note VARCHAR(500) NULL,
        favourite TINYINT(1) NOT NULL DEFAULT 0,
        remind TINYINT(1) NOT NULL DEFAULT 0,
        since DATETIME(3) NOT NULL,
        changedAt DATETIME(3) NOT NULL,
        PRIMARY KEY (userId, contactId),
        KEY contacts_standing (userId, status, contactId),
        KEY contacts_changed (userId, changedAt),
        KEY contacts_holders (contactId, status, userId, remind),
        KEY contacts_asked (contactId, changedAt)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS contacts');
  }
}
