import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Pair, aPair, range, send } from '../../support/chat.js';
import {
  type ChatClient,
  type SocketIoClient,
  closeClientsAfterEach,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

let database: TestDatabase;
let settings: Record<string, string>;
/** The one that dies, in a process of its own. */
let leaving: SpawnedNode;
let staying: TestNode;
let pair: Pair;

beforeEach(async () => {
  database = await createDatabase('nodes');
  settings = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    NODE_LEASE_SECONDS: '3',
    DRAIN_SECONDS: '1',
  };
  [leaving, staying] = await Promise.all([SpawnedNode.start(settings), startNode(settings)]);
  pair = await aPair(staying);
});

closeClientsAfterEach();

afterEach(async () => {
  await Promise.all([leaving.stop(), staying.stop()]);
  await database.drop();
});

const history = async (): Promise<{ seq: number; clientId: string }[]> => {
  const found: { seq: number; clientId: string }[] = [];
  for (;;) {
    const { body } = await call(
      staying,
      `GET /v1/conversations/${pair.conversationId}/messages?after=${found.length}&limit=200`,
      { token: pair.bob.token },
    );
    found.push(...body.items);
    if (body.items.length < 200) return found;
  }
};

/** Sends as fast as the answers come, until the node is gone; returns the clientIds that were acknowledged. */
async function sendUntilGone(socket: SocketIoClient, name: string, acknowledged: Set<string>): Promise<void> {
  for (let n = 0; !socket.isClosed; n += 1) {
    const clientId = `${name}-${n}`;
    const text = `message ${clientId}`;
    const command = socket.command('message.send', { conversationId: pair.conversationId, clientId, text });
    const answer = await Promise.race([command, gone(socket)]).catch(() => undefined);
    if (answer?.ok) acknowledged.add(clientId);
    else if (answer) expect(answer.error.retryable).toBe(true);
  }
}

const gone = (socket: SocketIoClient): Promise<undefined> =>
  new Promise((resolve) => socket.socket.once('disconnect', () => resolve(undefined)));

/** Everything acknowledged is stored once, and every client has all that is stored, once and in order. */
async function expectAll(clients: ChatClient[], acknowledged: Set<string>): Promise<void> {
  await send(staying, pair.alice, pair.conversationId, 'after all');
  const stored = await history();
  expect(stored.map(({ seq }) => seq)).toEqual(range(1, stored.length));
  const clientIds = stored.map(({ clientId }) => clientId);
  expect([...acknowledged].filter((clientId) => !clientIds.includes(clientId))).toEqual([]);
  for (const client of clients) {
    await client.until('has all', () => client.seqs().includes(stored.length), 20_000);
    expect([client.name, client.seqs()]).toEqual([client.name, range(1, stored.length)]);
  }
}

describe('a node that is told to leave', () => {
  it('sends its clients away, who come back by themselves; stores what it acknowledged; and exits in time', async () => {
    let url = leaving.url;
    const clients = await Promise.all(
      doorNames.map((door) => connect(door, () => url, pair.bob, { reconnect: true })),
    );
    const senders = await Promise.all(range(1, 3).map(() => connectSocket(leaving, pair.alice)));
    const acknowledged = new Set<string>();
    const sending = senders.map((socket, i) => sendUntilGone(socket, `s${i}`, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(50);
    const startedAt = Date.now();
    leaving.kill('SIGTERM');
    await expect
      .poll(async () => (await fetch(`${leaving.url}/health/ready`)).status, { interval: 10 })
      .toBe(503);
    url = staying.url;
    await Promise.all(sending);
    expect(await leaving.exit()).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    for (const client of [...clients, ...senders].filter(({ name }) => name !== 'PollClient')) {
      // Whoever comes back too early is sent away again.
      expect(client.ofType('server.draining')[0]).toMatchObject({
        cursor: null,
        data: { reconnectAfterMs: expect.any(Number) },
      });
    }
    // The same node again, on the same port: the packages reconnect to the address that they know.
    leaving = await SpawnedNode.start({ ...settings, PORT: new URL(leaving.url).port });
    await expectAll(clients, acknowledged);
    for (const { name, readies } of clients) {
      expect([name, readies.every(({ resumed }, i) => i === 0 || resumed)]).toEqual([name, true]);
    }
  }, 60_000);

  it('spreads the return of its clients over a second', async () => {
    const clients = await Promise.all(range(1, 20).map(() => connectSocket(leaving, pair.bob)));
    leaving.kill('SIGTERM');
    for (const client of clients) await client.until('is sent away', () => client.isClosed);
    const waits = clients.map(
      (client) => client.ofType('server.draining')[0]?.data.reconnectAfterMs as number,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_500);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('exits soon when nobody is connected', async () => {
    const startedAt = Date.now();
    leaving.kill('SIGTERM');
    expect(await leaving.exit()).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it('exits in time although a client reads nothing', async () => {
    const client = await connect('sse', leaving, pair.bob);
    client.pause();
    for (const n of range(1, 100))
      await send(staying, pair.alice, pair.conversationId, `${n} ${'x'.repeat(16_000)}`);
    leaving.kill('SIGTERM');
    expect(await leaving.exit()).toBe(0);
  });
});

describe('a node that is killed', () => {
  it('while many send loses nothing that it acknowledged, and the others deliver what it did not', async () => {
    const clients = await Promise.all(doorNames.map((door) => connect(door, staying, pair.bob)));
    const senders = await Promise.all(range(1, 3).map(() => connectSocket(leaving, pair.alice)));
    const acknowledged = new Set<string>();
    const sending = senders.map((socket, i) => sendUntilGone(socket, `s${i}`, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(100);
    leaving.kill('SIGKILL');
    await Promise.all(sending);
    await expectAll(clients, acknowledged);
  });

  it('after the commit and before the fan-out leaves its work to another one', async () => {
    const clients = await Promise.all(doorNames.map((door) => connect(door, staying, pair.bob)));
    await leaving.stop();
    leaving = await SpawnedNode.start(settings, { preload: dyingPreload });
    // The answer goes out, and the process dies before it touches Redis again.
    const socket = await connectSocket(leaving, pair.alice);
    const command = socket.command('message.send', {
      conversationId: pair.conversationId,
      clientId: 'last-words',
      text: 'die-before-fan-out',
    });
    await Promise.race([command, gone(socket)]).catch(() => undefined);
    expect(await leaving.exit()).toBeNull();
    expect((await history()).map(({ clientId }) => clientId)).toEqual(['last-words']);
    for (const client of clients) {
      await client.untilMessages(1);
      expect(client.messages()[0].clientId).toBe('last-words');
    }
  });
});

/** Kills the process when it is about to send the event to Redis. */
const dyingPreload = `data:text/javascript,${encodeURIComponent(`
  import { Socket } from 'node:net';
  const write = Socket.prototype.write;
  const writev = Socket.prototype._writev;
  const check = (data) => {
    const text = Buffer.isBuffer(data) || typeof data === 'string' ? data.toString() : '';
    if (text.includes('die-before-fan-out') && text.includes('evalsha')) process.kill(process.pid, 'SIGKILL');
  };
  Socket.prototype.write = function (data, ...rest) { check(data); return write.call(this, data, ...rest); };
`)}`;
