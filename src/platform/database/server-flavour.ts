import { createConnection } from 'mysql2/promise';

/** Which server answers: the ORM must be told, because the two describe their columns differently. */
export type ServerFlavour = 'mysql' | 'mariadb';

/** Asks the server itself, whatever the scheme of the URL says. */
export async function detectFlavour(url: URL): Promise<ServerFlavour> {
  const connection = await createConnection(connectionOptions(url));
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version');
    const [row] = rows as { version: string }[];
    return row?.version.includes('MariaDB') ? 'mariadb' : 'mysql';
  } finally {
    await connection.end();
  }
}

/**
 * What the URL says, for the driver: it would refuse the parameters that are ours. `?socketPath=/path` goes over a Unix
 * socket; `?ssl=true` encrypts and checks the server's certificate, `?ssl=insecure` only encrypts.
 */
export const connectionOptions = (url: URL) => ({
  host: url.hostname,
  port: Number(url.port || 3306),
  user: decodeURIComponent(url.username),
  password: decodeURIComponent(url.password),
  database: decodeURIComponent(url.pathname.slice(1)),
  socketPath: url.searchParams.get('socketPath') ?? undefined,
  ssl: url.searchParams.has('ssl')
    ? { rejectUnauthorized: url.searchParams.get('ssl') !== 'insecure' }
    : undefined,
  connectTimeout: 5_000,
});
