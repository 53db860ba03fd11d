import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '../platform/config/environment.js';

export interface DatabaseProgram {
  flavour: 'mariadb' | 'mysql';
  server: string;
  /** MariaDB's script that makes a data directory. MySQL's server does that itself. */
  installer?: string;
}

export interface RedisProgram {
  server: string;
  /** True where the program runs as a server only under the name `redis-server`. */
  needsAlias: boolean;
}

// An ordinary user's PATH lacks the sbin directories on Debian; Fedora and Homebrew hide servers elsewhere.
const USUAL_DIRECTORIES = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
];

/** PATH first, so that what the person chose wins. */
export function searchDirectories(path = environment.PATH ?? ''): string[] {
  return [...new Set([...path.split(delimiter).filter(Boolean), ...USUAL_DIRECTORIES])];
}

/** MariaDB before MySQL: Ubuntu confines its `mysqld` to /var/lib/mysql, where ours does not live. */
export function findDatabase(directories = searchDirectories()): DatabaseProgram | undefined {
  for (const name of ['mariadbd', 'mysqld']) {
    const server = findProgram(name, directories);
    if (!server) continue;
    if (!isMariadb(server)) return { flavour: 'mysql', server };
    const installer =
      findProgram('mariadb-install-db', directories) ?? findProgram('mysql_install_db', directories);
    if (installer) return { flavour: 'mariadb', server, installer };
  }
  return undefined;
}

/** The check program of Redis and Valkey is the server under another name: it chooses its part by `argv[0]`. */
export function findRedis(directories = searchDirectories()): RedisProgram | undefined {
  for (const name of ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb']) {
    const server = findProgram(name, directories);
    if (server) return { server, needsAlias: name.endsWith('-check-rdb') };
  }
  return undefined;
}

/** The first executable file of that name, as an absolute path. */
export function findProgram(name: string, directories = searchDirectories()): string | undefined {
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `mysqld` is a symbolic link to `mariadbd` where MariaDB stands in for MySQL. */
function isMariadb(server: string): boolean {
  return execFileSync(server, ['--no-defaults', '--version'], { encoding: 'utf8' }).includes('MariaDB');
}
