import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environment } from '../../../src/platform/config/environment.js';
import { openDirect, range } from '../../support/chat.js';
import { type SocketIoClient, closeClientsAfterEach, connectSocket } from '../../support/clients.js';
import { aGuest } from '../../support/groups.js';
import { uniquePrefix } from '../../support/node.js';
import { toldOf } from '../../support/presence.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

/** The judged measure is 5,000: `PRESENCE_CONNECTIONS=5000 npx vitest run --project integration test/faults/presence/storm.test.ts`. */
const CONNECTIONS = Number(environment.PRESENCE_CONNECTIONS ?? 240);
/** What one connection may watch. */
const WATCHED = 500;
const AT_ONCE = 20;

let database: TestDatabase;
const nodes: SpawnedNode[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  database = await createDatabase('presence_storm');
  const settings = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  for (let i = 0; i < 3; i += 1) nodes.push(await SpawnedNode.start(settings));
}, 120_000);

closeClientsAfterEach();

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

/** In the order of the items, a few at a time. */
async function each<T, R>(items: readonly T[], work: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map((item, k) => work(item, i + k)))));
  return results;
}

/** One that keeps nothing of what it hears, and does not come back. */
function connectSilently(url: string, token: string): Promise<Socket> {
  const options = { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false };
  return new Promise((resolve, reject) => {
    const socket = io(url, options);
    sockets.push(socket);
    socket.once('ready', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

it(`of ${CONNECTIONS} connections on three nodes, those of a killed one are told as gone within 20 s, once to each watcher`, async () => {
  const [killed, second, third] = nodes as [SpawnedNode, SpawnedNode, SpawnedNode];
  const crowd = await each(range(1, CONNECTIONS), () => aGuest(second));
  const watching = range(0, Math.ceil(CONNECTIONS / WATCHED) - 1);
  const watched = watching.map((i) => crowd.slice(i * WATCHED, (i + 1) * WATCHED));
  // Each is watched twice, from two nodes, and one in ten has a direct conversation with the first watcher besides.
  const watchers: [SocketIoClient, TestUser[]][] = [];
  for (const users of watched) {
    for (const node of [second, third]) {
      const watcher = await registerUser(node);
      if (node === second)
        await each(
          users.filter((_, i) => i % 10 === 0),
          (user) => openDirect(node, watcher, user),
        );
      const client = await connectSocket(node, watcher);
      const { ok } = await client.command('presence.subscribe', { userIds: users.map(({ id }) => id) });
      expect(ok).toBe(true);
      watchers.push([client, users]);
    }
  }
  await each(crowd, ({ token }, i) => connectSilently(nodes[i % 3]!.url, token));
  const untilAll = async (what: string, count: (users: TestUser[]) => number, timeoutMs: number) => {
    for (const [client, users] of watchers)
      await client.until(what, () => client.presences.length >= count(users), timeoutMs);
  };
  await untilAll('sees all come', (users) => users.length, 60_000);
  const dead = new Set(crowd.filter((_, i) => i % 3 === 0).map(({ id }) => id));
  const killedAt = Date.now();
  killed.kill('SIGKILL');
  const countOf = (users: TestUser[]) => users.length + users.filter(({ id }) => dead.has(id)).length;
  await untilAll('sees the dead leave', countOf, 20_000);
  const tookMs = Date.now() - killedAt;
  // Whoever leaves after that is told later than any repetition would be.
  const last = crowd.findIndex(({ id }) => !dead.has(id));
  sockets[last]?.disconnect();
  const told = watchers.filter(([, users]) => users.includes(crowd[last]!));
  for (const [client] of told)
    await client.until('sees the last leave', () => toldOf(client, crowd[last]!).at(-1) === 'offline');
  dead.add(crowd[last]!.id);
  for (const [client, users] of watchers) {
    const wrong = users.filter(
      (user) => toldOf(client, user).join() !== (dead.has(user.id) ? 'online,offline' : 'online'),
    );
    expect(wrong).toEqual([]);
  }
  const events = watchers.reduce((sum, [client]) => sum + client.presences.length, 0);
  // eslint-disable-next-line no-console
  console.log(`${events} events to ${watchers.length} watchers; gone after ${tookMs} ms`);
}, 600_000);
