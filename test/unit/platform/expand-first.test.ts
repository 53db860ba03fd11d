import type { QueryRunner } from 'typeorm';
import { expect, it, test } from 'vitest';
import { migrations } from '../../../src/platform/database/migrations/index.js';

/** What a node of the version before could not live with: it knows nothing of new columns, and needs the old ones. */
function contractions(sql: string): string[] {
  const statement = sql.replaceAll(/\s+/g, ' ').trim();
  if (/^(DROP TABLE|RENAME TABLE|TRUNCATE)/i.test(statement)) return [statement];
  if (!/^ALTER TABLE/i.test(statement)) return [];
  const clauses = statement.split(/,(?![^(]*\))/);
  return clauses.filter(
    (clause) =>
      /\b(DROP (COLUMN|TABLE|PRIMARY|FOREIGN)|RENAME|CHANGE|MODIFY)\b/i.test(clause) ||
      (/\bADD COLUMN\b/i.test(clause) && /\bNOT NULL\b/i.test(clause) && !/\bDEFAULT\b/i.test(clause)),
  );
}

async function statementsOf(migration: (typeof migrations)[number]): Promise<string[]> {
  const statements: string[] = [];
  const query = async (sql: string): Promise<unknown[]> => {
    statements.push(sql);
    return [];
  };
  await new migration().up({ query } as unknown as QueryRunner);
  return statements;
}

it.each(migrations.map((migration) => [migration.name, migration] as const))(
  'a node of the version before lives on after %s',
  async (_name, migration) => {
    const statements = await statementsOf(migration);
    expect(statements).not.toEqual([]);
    expect(statements.flatMap(contractions)).toEqual([]);
  },
);

test.each([
  'DROP TABLE messages',
  'ALTER TABLE messages DROP COLUMN text',
  'ALTER TABLE messages ADD COLUMN a INT NULL, ADD COLUMN b INT NOT NULL',
  'ALTER TABLE messages CHANGE text body TEXT',
  'ALTER TABLE messages MODIFY text VARCHAR(10)',
])('sees what is no expansion: %s', (sql) => {
  expect(contractions(sql)).toHaveLength(1);
});

test.each([
  'ALTER TABLE messages ADD COLUMN a DECIMAL(3, 1) NOT NULL DEFAULT 0, ADD KEY messages_a (a, b)',
  'CREATE TABLE notes (id BIGINT NOT NULL)',
])('lets pass what is one: %s', (sql) => {
  expect(contractions(sql)).toEqual([]);
});
