import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type DatabaseProgram, findDatabase } from './find-binaries.js';
import { LauncherError } from './launcher-error.js';
import { makeDataDirectory, makeTemporaryDirectory } from './mariadb-data.js';
import { PrivateServer } from './private-server.js';
import { makePrivateDirectory, socketPath } from './socket-path.js';

export interface MariadbOptions {
  /** Where its data, log and socket live; made if missing. One server per directory. */
  directory: string;
  /** The database of the URL, made if missing. */
  database?: string;
  /** Of 127.0.0.1, for clients that know no Unix sockets; users with passwords are theirs to make. None by default. */
  port?: number;
  program?: DatabaseProgram;
  signal?: AbortSignal;
}

/**
 * A private MariaDB or MySQL that answers when this resolves. What it has committed survives a crash of the
 * process and of the machine, and is found again by the next start on the same directory.
 */
export async function startMariadb(options: MariadbOptions): Promise<PrivateServer> {
  const { directory, database = 'mailroom', port, program = findDatabase(), signal } = options;
  if (!program) throw new LauncherError('There is no mariadbd or mysqld on this machine.');
  makePrivateDirectory(directory);
  const socket = socketPath(directory, 'mariadb.sock');
  const dataDirectory = join(directory, 'data');
  const own = [
    `--datadir=${dataDirectory}`,
    `--socket=${socket}`,
    `--tmpdir=${makeTemporaryDirectory(directory)}`,
  ];
  const server = new PrivateServer({
    name: program.flavour === 'mariadb' ? 'MariaDB' : 'MySQL',
    directory,
    url: mysqlUrl(socket, database),
    socketPath: socket,
    dataDirectory,
    file: program.server,
    args: [...serverArguments(program), ...networking(port), ...own],
    prepare: () => makeDataDirectory(program, dataDirectory),
    ping: () => makeDatabase(socket, database, port),
  });
  await server.start(signal);
  return server;
}

/** The form of `DATABASE_URL` that the application and mysql2 both understand. */
export function mysqlUrl(socket: string, database: string): string {
  return `mysql://root@localhost/${encodeURIComponent(database)}?socketPath=${encodeURIComponent(socket)}`;
}

function serverArguments({ flavour }: DatabaseProgram): string[] {
  return [
    '--no-defaults', // must be first: the machine's own configuration is for its own server
    ...(process.getuid!() === 0 ? ['--user=root'] : []), // refuses to run as root without being told
    '--innodb-flush-log-at-trx-commit=1', // acknowledged is durable, in the default too
    '--skip-log-bin', // nobody reads it here, and it would cost a second fsync per commit
    '--innodb-buffer-pool-size=256M',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    '--character-set-server=utf8mb4',
    '--default-time-zone=+00:00',
    ...(flavour === 'mysql' ? ['--mysqlx=OFF', '--secure-file-priv=NULL'] : []),
  ];
}

/** Names aren't resolved: who is of localhost comes by the socket, and who comes by the port is of 127.0.0.1. */
const networking = (port: number | undefined): string[] =>
  port ? ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'] : ['--skip-networking'];

/** Answering clients and having the database are one state: ready. */
async function makeDatabase(socket: string, database: string, port: number | undefined): Promise<void> {
  const connection = await createConnection({ socketPath: socket, user: 'root', connectTimeout: 5_000 });
  connection.on('error', () => {}); // a server that dies just now shows in the query
  try {
    // Without a password, an administrator is for the socket alone.
    if (port) await connection.query("DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1'");
    await connection.query('CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4', [database]);
  } finally {
    connection.destroy();
  }
}
