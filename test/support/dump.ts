import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync, writeFileSync } from 'node:fs';
import { type Connection, type RowDataPacket, createConnection, escape } from 'mysql2/promise';
import { findProgram } from '../../src/launcher/find-binaries.js';

const ROWS = 200;

/**
 * Writes a database to a file as docs/operations.md says, with `mariadb-dump` or `mysqldump`; where neither is on this
 * machine, with the same statements: one snapshot, of which all tables are read.
 */
export async function dumpDatabase(databaseUrl: string, file: string): Promise<void> {
  const program = findProgram('mariadb-dump') ?? findProgram('mysqldump');
  if (!program) return dumpByHand(databaseUrl, file);
  const out = openSync(file, 'w');
  try {
    const args = [
      ...connectionArguments(databaseUrl),
      '--single-transaction',
      '--hex-blob',
      nameOf(databaseUrl),
    ];
    await finish(spawn(program, args, { stdio: ['ignore', out, 'inherit'] }));
  } finally {
    closeSync(out);
  }
}

/** Reads such a file into an empty database. */
export async function restoreDatabase(databaseUrl: string, file: string): Promise<void> {
  const client = findProgram('mariadb') ?? findProgram('mysql');
  if (!client) throw new Error('there is no mariadb or mysql client on this machine');
  const child = spawn(client, [...connectionArguments(databaseUrl), nameOf(databaseUrl)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  createReadStream(file).pipe(child.stdin);
  await finish(child);
}

async function finish(child: ReturnType<typeof spawn>): Promise<void> {
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}`);
}

const nameOf = (databaseUrl: string): string => new URL(databaseUrl).pathname.slice(1);

const connectionArguments = (databaseUrl: string): string[] => [
  '--no-defaults',
  '--user=root',
  `--socket=${new URL(databaseUrl).searchParams.get('socketPath')}`,
];

async function dumpByHand(databaseUrl: string, file: string): Promise<void> {
  const connection = await createConnection({
    uri: databaseUrl,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
  try {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
    const parts: string[] = ['SET FOREIGN_KEY_CHECKS = 0;'];
    for (const table of tables.map((row) => String(Object.values(row)[0])))
      parts.push(...(await dumpTable(connection, table)));
    writeFileSync(file, parts.join('\n'));
  } finally {
    connection.destroy();
  }
}

async function dumpTable(connection: Connection, table: string): Promise<string[]> {
  const [[made]] = await connection.query<RowDataPacket[]>('SHOW CREATE TABLE ??', [table]);
  const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM ??', [table]);
  const parts = [`${made?.['Create Table']};`];
  for (let i = 0; i < rows.length; i += ROWS) {
    const values = rows.slice(i, i + ROWS).map((row) => `(${Object.values(row).map(literal).join(', ')})`);
    parts.push(`INSERT INTO \`${table}\` VALUES ${values.join(',\n')};`);
  }
  return parts;
}

const literal = (value: unknown): string =>
  Buffer.isBuffer(value) ? `X'${value.toString('hex')}'` : escape(value as string | number | null);
