import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { NodeLease } from '../../../src/mailbox/node-lease.js';
import { shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { CommandsRedis, SubscriptionsRedis } from '../../../src/platform/redis/redis.clients.js';
import { aDelivery, anId } from '../../support/builders.js';
import { Listener } from '../../support/listener.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

/** What is waited for comes sooner than this, or never. */
export const WITHIN = { timeout: 10_000, interval: 25 };

/** Two nodes on a Redis of the test file's own, which it may kill or empty; both work again before the next test. */
export function twoNodes() {
  const prefix = uniquePrefix();
  let database: TestDatabase;
  let server: DisposableServer;
  let nodes: TestNode[];

  beforeAll(async () => {
    [database, server] = await Promise.all([createDatabase('two_nodes'), privateRedis()]);
    const shared = { DATABASE_URL: database.url, REDIS_URL: server.url, REDIS_PREFIX: prefix };
    const settings = { ...shared, NODE_LEASE_SECONDS: '3', CONNECTIONS_PER_USER: '3' };
    nodes = [await startNode(settings), await startNode(settings)];
  });

  afterEach(isRestored);

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all([server.dispose(), database.drop()]);
  });

  const get = <T>(node: number, service: abstract new (...args: never[]) => T): T =>
    nodes[node]!.app.get<T>(service);
  const mailbox = (node: number) => get(node, MailboxService);
  const nameOf = (node: number) => get(node, NodeLease).name;
  const redis = (node: number): Redis => get(node, CommandsRedis);

  async function isRestored(): Promise<void> {
    for (const node of [0, 1]) await expect.poll(() => mailbox(node).open(anId()), WITHIN).toBeTruthy();
  }

  async function follow(node: number, userId = anId(), connectionId?: string): Promise<Listener> {
    const listener = new Listener(userId, connectionId);
    await mailbox(node).attach(listener.connection);
    return listener;
  }

  const stop = (node: number, ...listeners: Listener[]) =>
    Promise.all(listeners.map(({ connection }) => mailbox(node).detach(connection)));

  /** A conversation of these users, whose changes can be delivered one after the other. */
  function conversationOf(recipients: readonly string[]) {
    const id = anId();
    let rev = 0;
    return async (count = 1, node = 0): Promise<void> => {
      const committedMs = Date.now();
      const delivery = aDelivery(id, [rev + 1, rev + count], recipients, rev);
      const time = { committedMs, latestMs: committedMs + 3_600_000 };
      const answer = await mailbox(node).deliver(time, [delivery]);
      expect(answer).toEqual({ kind: 'done', refused: new Set() });
      rev += count;
    };
  }

  /** The nodes under which the user's connections are registered, by connection. */
  async function registrationsOf(userId: string): Promise<Record<string, string>> {
    const fields = await redis(0).hgetall(`${shardPrefix(prefix, shardOf(userId))}user:${userId}`);
    const connections = Object.entries(fields).filter(([field]) => field.startsWith('c:'));
    return Object.fromEntries(connections.map(([field, node]) => [field.slice(2), node]));
  }

  return {
    get,
    mailbox,
    nameOf,
    redis,
    subscriber: (node: number): Redis => get(node, SubscriptionsRedis),
    follow,
    stop,
    conversationOf,
    registrationsOf,
    isRestored,
    registeredAs: ({ connection }: Listener, node: number) => ({ [connection.connectionId]: nameOf(node) }),
    nodesKey: `${prefix}nodes`,
    wakesKey: (userId: string) => `${shardPrefix(prefix, shardOf(userId))}wakes`,
    get server() {
      return server;
    },
  };
}
