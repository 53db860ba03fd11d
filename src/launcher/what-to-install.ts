import { type Need, packagesFor } from './install-servers.js';

/** The one message for a machine that lacks the servers and can't get them by itself. */
export function whatToInstall(missing: Need): string {
  const one = <T>(database: T, redis: T): T[] => [
    ...(missing.database ? [database] : []),
    ...(missing.redis ? [redis] : []),
  ];
  const programs = one(
    'MariaDB 10.11 or newer, or MySQL 8.4 or newer (mariadbd or mysqld)',
    'Redis 7 or newer, or Valkey (redis-server or valkey-server)',
  );
  return [
    'Mailroom keeps its data in servers that this machine does not have:',
    ...programs.map((program) => `  - ${program}`),
    'Do one of these, then start again:',
    `  - Debian, Ubuntu: sudo apt-get install ${packagesFor(missing).join(' ')}`,
    `  - macOS: brew install ${one('mariadb', 'redis').join(' ')}`,
    '  - start Docker',
    `  - set ${one('DATABASE_URL', 'REDIS_URL').join(' and ')}, to use servers of your own`,
  ].join('\n');
}
