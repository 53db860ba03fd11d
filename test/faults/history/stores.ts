import { Redis } from 'ioredis';
import { type Connection, createConnection } from 'mysql2/promise';
import { lastingPort } from '../../support/lasting-port.js';
import { startMariadb } from '../../../src/launcher/mariadb.js';
import type { PrivateServer } from '../../../src/launcher/private-server.js';
import { startRedis } from '../../../src/launcher/redis.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import {
  type DisposableServer,
  createDatabase,
  privateMariadb,
  privateRedis,
} from '../../support/servers.js';
import { type Target, TcpProxy } from '../../support/tcp-proxy.js';
import { SmallDisk } from './small-disk.js';

/** The run's own database and Redis, with a replica where one is wanted. */
export class Stores {
  private constructor(
    readonly mariadb: DisposableServer,
    readonly databaseUrl: string,
    private primary: DisposableServer,
    /** Where both of them keep their data, if it is one that can be filled up. */
    readonly disk: SmallDisk | undefined,
  ) {}

  static async start({ onSmallDisk }: { readonly onSmallDisk: boolean }): Promise<Stores> {
    const disk = onSmallDisk ? SmallDisk.mount() : undefined;
    const [mariadb, redis] = await Promise.all(
      disk
        ? [
            onDisk(startMariadb({ directory: disk.place('mariadb') })),
            onDisk(startRedis({ directory: disk.place('redis') })),
          ]
        : [privateMariadb(), privateRedis()],
    );
    const { url } = await createDatabase('history', mariadb.url);
    return new Stores(mariadb, url, redis, disk);
  }

  /** The Redis that the nodes use at present. */
  get redis(): DisposableServer {
    return this.primary;
  }

  get redisTarget(): Target {
    return { path: this.primary.socketPath };
  }

  /** Asks Redis something, on a connection of its own that passes no proxy. */
  async ask<T>(question: (redis: Redis) => Promise<T>, server = this.primary): Promise<T> {
    const redis = new Redis({ path: server.socketPath });
    redis.on('error', () => {}); // shows in the question
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Does something with MySQL, on a connection of its own that passes no proxy. */
  async query<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection(this.databaseUrl);
    connection.on('error', () => {}); // shows in the work
    try {
      return await work(connection);
    } finally {
      connection.destroy();
    }
  }

  /** Batches that wait for their delivery. */
  async queued(): Promise<number> {
    const [rows] = await this.query((connection) => connection.query('SELECT COUNT(*) AS n FROM outbox'));
    return Number((rows as { n: number }[])[0]?.n);
  }

  /**
   * Starts a replica that follows the primary, and from the returned call on no longer hears of it. Its `promote` makes
   * it the primary, without what came since; the former one is gone.
   */
  async lagReplica(): Promise<{ stall: () => void; promote: () => Promise<void> }> {
    const former = this.primary;
    const replica = await privateRedis();
    const port = await lastingPort();
    await this.ask((redis) => redis.config('SET', 'port', String(port)));
    const link = await new TcpProxy({ host: '127.0.0.1', port }).listen();
    await this.ask((redis) => redis.replicaof('127.0.0.1', link.port), replica);
    const isInStep = async (): Promise<boolean> =>
      /master_link_status:up/.test(await this.ask((redis) => redis.info('replication'), replica));
    await waitUntil('the replica follows', isInStep, { timeoutMs: 20_000 });
    return {
      stall: () => link.play({ drops: 'down' }),
      promote: async () => {
        await this.ask((redis) => redis.replicaof('NO', 'ONE'), replica);
        this.primary = replica;
        await former.kill('SIGKILL');
        await Promise.all([former.dispose(), link.close()]);
      },
    };
  }

  async dispose(): Promise<void> {
    for (const server of [this.mariadb, this.primary]) await server.kill('SIGCONT');
    await Promise.all([this.mariadb.dispose(), this.primary.dispose()]);
    this.disk?.unmount();
  }
}

/** Its data goes with the disk. */
async function onDisk(starting: Promise<PrivateServer>): Promise<DisposableServer> {
  const server = await starting;
  return Object.assign(server, { dispose: () => server.stop() });
}
