import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from '../cluster-node.js';
import { type Fault, onAll, onNode } from './fault.js';

/** Longer than a node's lease, which is 4 s in a history, and its renewal. Milliseconds. */
const BEYOND_THE_LEASE_MS = 12_000;

async function kill(nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) node.kill('SIGKILL');
  await Promise.all(nodes.map((node) => node.exit()));
}

const start = async (nodes: readonly ClusterNode[]): Promise<void> => {
  await Promise.all(nodes.map((node) => node.start()));
};

/** Several things that break at once. */
export const faultsTogether = {
  'all nodes killed': onAll(async ({ cluster, holdMs }) => {
    await kill(cluster.nodes);
    await delay(holdMs);
    await start(cluster.nodes);
  }),
  'MySQL and Redis killed': onAll(async ({ cluster: { stores }, holdMs }) => {
    await Promise.all([stores.mariadb.kill('SIGKILL'), stores.redis.kill('SIGKILL')]);
    await delay(holdMs);
    await Promise.all([stores.mariadb.start(), stores.redis.start()]);
  }),
  'node killed while Redis is emptied': onNode(async ({ cluster, node, holdMs }) => {
    await Promise.all([kill([node]), cluster.stores.redis.restart({ emptied: true })]);
    await delay(holdMs);
    await start([node]);
  }),
  'node cut off from Redis beyond its lease': onNode(async ({ node, holdMs }) => {
    node.links.redis.play({ drops: 'both' });
    await delay(BEYOND_THE_LEASE_MS + holdMs);
    node.links.redis.heal();
  }),
  'node frozen while Redis is emptied': onNode(async ({ cluster, node, holdMs }) => {
    node.kill('SIGSTOP');
    await cluster.stores.redis.restart({ emptied: true });
    await delay(BEYOND_THE_LEASE_MS + holdMs);
    node.kill('SIGCONT');
  }),
  'everything killed': onAll(async ({ cluster: { nodes, stores }, holdMs }) => {
    await Promise.all([kill(nodes), stores.mariadb.kill('SIGKILL'), stores.redis.kill('SIGKILL')]);
    await delay(holdMs);
    await Promise.all([stores.mariadb.start(), stores.redis.start()]);
    await start(nodes);
  }),
} satisfies Record<string, Fault>;
