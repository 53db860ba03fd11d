import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import type { Mishap } from '../../../support/proxy.js';
import type { Stores } from '../stores.js';
import { type Fault, type Strike, onAll, onNode } from './fault.js';

const COMMITS = 5;
const BETWEEN_KILLS_MS = 100;
const TRAP_WITHIN_MS = 10_000;

/** So many commits of a node, each when the one before has met it. */
const commits = (mishap: Mishap): Fault =>
  onNode(async ({ node }) => {
    for (let n = 0; n < COMMITS; n += 1) {
      const sprung = node.links.mysql.next('COMMIT', mishap);
      const late = delay(TRAP_WITHIN_MS, 'late', { ref: false });
      if ((await Promise.race([sprung, late])) === 'late') throw new Error('nothing was committed');
      if (mishap === 'answer swallowed') break; // the node waits six seconds for each
    }
    node.links.mysql.disarm();
  });

async function untilOver({ holdMs }: Strike, work: () => Promise<void>): Promise<void> {
  const endAt = performance.now() + holdMs;
  do await work();
  while (performance.now() < endAt);
}

/** Ends all connections but its own, whatever they are doing. */
async function killConnections(stores: Stores): Promise<void> {
  await stores.query(async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    for (const { id } of rows) await connection.query(`KILL CONNECTION ${id}`).catch(() => undefined);
  });
}

/** Locks the heads of two conversations against the order in which everybody else does. */
async function lockAgainstOrder(stores: Stores): Promise<void> {
  await stores.query(async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT conversationId FROM conversation_heads ORDER BY conversationId DESC',
    );
    await connection.query('START TRANSACTION');
    const touch = 'UPDATE conversation_heads SET changedAt = changedAt WHERE conversationId = ?';
    for (const { conversationId } of rows) {
      await connection.query(touch, [conversationId]).catch(() => undefined); // one of both has to give way
      await delay(20);
    }
    await connection.query('ROLLBACK').catch(() => undefined);
  });
}

/** Needs stores on a small disk. */
export const DISK_FULL = 'disk full';

/** What befalls the stores while their processes run on. */
export const storeFaults = {
  'commits lost': commits('lost'),
  'answers to commits lost': commits('answer lost'),
  'answer to a commit swallowed': commits('answer swallowed'),
  'MySQL connections killed': onAll((strike) =>
    untilOver(strike, async () => {
      await killConnections(strike.cluster.stores);
      await delay(BETWEEN_KILLS_MS);
    }),
  ),
  deadlocks: onAll((strike) => untilOver(strike, () => lockAgainstOrder(strike.cluster.stores))),
  'Redis flushed': onAll(async ({ cluster }) => {
    await cluster.stores.ask((redis) => redis.flushall());
  }),
  'Redis clients killed': onAll((strike) =>
    untilOver(strike, async () => {
      await strike.cluster.stores.ask(async (redis) => {
        for (const type of ['NORMAL', 'PUBSUB']) await redis.call('CLIENT', 'KILL', 'TYPE', type);
      });
      await delay(BETWEEN_KILLS_MS);
    }),
  ),
  'Redis subscriptions killed': onAll(async ({ cluster }) => {
    await cluster.stores.ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'PUBSUB'));
  }),
  'Redis memory full': onAll(async ({ cluster, holdMs }) => {
    await cluster.stores.ask((redis) => redis.config('SET', 'maxmemory', '1mb'));
    await delay(holdMs);
    await cluster.stores.ask((redis) => redis.config('SET', 'maxmemory', '0'));
  }),
  [DISK_FULL]: onAll(async ({ cluster, holdMs }) => {
    const { disk } = cluster.stores;
    if (!disk) throw new Error('the stores are on no small disk');
    disk.fill();
    await delay(holdMs);
    disk.free();
  }),
  'Redis failed over to a replica that lags': onAll(async ({ cluster, holdMs }) => {
    const replica = await cluster.stores.lagReplica();
    replica.stall();
    await delay(holdMs);
    await replica.promote();
    for (const { links } of cluster.nodes) links.redis.retarget(cluster.stores.redisTarget);
  }),
} satisfies Record<string, Fault>;
