import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Pair, aPair, range, send } from '../../support/chat.js';
import { type ChatClient, closeClients, connect, connectSocket, doorNames } from '../../support/clients.js';
import { uniquePrefix } from '../../support/node.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';
import { RawConnection, halfAHandshake, streamRequest } from './attackers.js';

const MIB = 1024 * 1024;
const HANDLES = 1_000;

let database: TestDatabase;
let node: SpawnedNode;
let pair: Pair;
let attacker: TestUser;
let bystanders: ChatClient[];
let baseline: { memory: number; handles: number };
let sent = 0;

const handles = (): number => readdirSync(`/proc/${node.pid}/fd`).length;

beforeAll(async () => {
  database = await createDatabase('hostile');
  node = await SpawnedNode.start(
    { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix(), CONNECTIONS_PER_USER: '2000' },
    { nodeOptions: ['--expose-gc'], preload: resolve(import.meta.dirname, '../../support/memory-probe.mjs') },
  );
  pair = await aPair(node);
  attacker = await registerUser(node, 'attacker');
  bystanders = await Promise.all(
    doorNames.map((door) => connect(door, node, pair.bob, { reconnect: door === 'poll' })),
  );
  await expectService();
  baseline = { memory: await node.memory(), handles: handles() };
});

afterAll(async () => {
  closeClients();
  await node.stop();
  await database.drop();
});

/** Others' messages are acknowledged and delivered, through every door. */
async function expectService(): Promise<void> {
  for (const n of range(1, 10)) await send(node, pair.alice, pair.conversationId, `hello ${n}`);
  sent += 10;
  for (const client of bystanders) {
    await client.untilMessages(sent, 20_000);
    expect([client.name, client.seqs()]).toEqual([client.name, range(1, sent)]);
  }
}

/** What the attack took is given back. */
async function expectReturn(): Promise<void> {
  await expect.poll(handles, { timeout: 20_000 }).toBeLessThan(baseline.handles + 20);
  await expect
    .poll(() => node.memory(), { timeout: 20_000, interval: 200 })
    .toBeLessThan(baseline.memory + 40 * MIB);
}

const closedOf = (connections: readonly RawConnection[]): number =>
  connections.filter(({ isClosed }) => isClosed).length;

describe('others are served, and all is given back, under', () => {
  it('a thousand connections that never read', async () => {
    const connections = range(1, HANDLES).map(
      () => new RawConnection(node.url, streamRequest(attacker.token)),
    );
    await expect
      .poll(() => connections.filter(({ text }) => text.includes('event: ready')).length, { timeout: 25_000 })
      .toBe(HANDLES);
    for (const connection of connections) connection.stopReading();
    const messages = range(1, 40).map((n) => `${n} ${'x'.repeat(12_000)}`);
    const { conversationId } = await aPair(node);
    expect(conversationId).toBeTruthy();
    const own = await connectSocket(node, attacker);
    for (const text of messages)
      await own.command('message.send', { to: pair.alice.username, text, clientId: text.slice(0, 3).trim() });
    own.close();
    await expectService();
    // Half a mebibyte for each would be 500: what is not read waits in MySQL, not here.
    expect(await node.memory()).toBeLessThan(baseline.memory + 400 * MIB);
    for (const connection of connections) connection.destroy();
    await expectReturn();
  }, 120_000);

  it('a thousand handshakes that never come to their end', async () => {
    const connections = range(1, HANDLES).map(() => new RawConnection(node.url, halfAHandshake));
    await expect.poll(handles, { timeout: 20_000 }).toBeGreaterThan(baseline.handles + HANDLES * 0.9);
    await expectService();
    for (const connection of connections) connection.destroy();
    await expectReturn();
  }, 60_000);

  it('a flood of commands: the sender is told or dropped', async () => {
    const socket = await connectSocket(node, attacker);
    const answers: string[] = [];
    for (const n of range(1, 30_000))
      socket.socket.emit('conversation.read', { conversationId: '1', seq: n }, (answer: { ok: boolean }) =>
        answers.push(String(answer.ok)),
      );
    await expectService();
    await socket.until(
      'is dropped, or was told each time',
      () => socket.isClosed || answers.length === 30_000,
      30_000,
    );
    expect(answers).not.toContain('true');
    socket.close();
    await expectReturn();
  }, 90_000);

  it('frames above the limit, whole and in fragments: the sender is dropped', async () => {
    const url = `${node.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const whole = await openWebSocket(url);
    whole.send('4'.repeat(MIB));
    const fragmented = await openWebSocket(url);
    for (const _ of range(1, 64)) fragmented.send('4'.repeat(16 * 1024), { fin: false });
    // Told at once; the server waits half a minute for an answer before it ends the connection itself.
    for (const socket of [whole, fragmented])
      await expect
        .poll(() => socket.readyState, { timeout: 10_000 })
        .toBeGreaterThanOrEqual(WebSocket.CLOSING);
    for (const socket of [whole, fragmented]) socket.terminate();
    await expectService();
    await expectReturn();
  }, 60_000);

  it('many fragments of one byte', async () => {
    const url = `${node.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = await openWebSocket(url);
    for (const _ of range(1, 20_000)) socket.send('4', { fin: false });
    await expectService();
    socket.terminate();
    await expectReturn();
  }, 60_000);
});

it('a user’s connections are counted: one too many is told so, and the others stay', async () => {
  const strict = await SpawnedNode.start({
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    CONNECTIONS_PER_USER: '5',
  });
  try {
    const connections = range(1, 50).map(() => new RawConnection(strict.url, streamRequest(attacker.token)));
    await expect
      .poll(() => connections.filter(({ bytes }) => bytes > 0).length, { timeout: 20_000 })
      .toBe(50);
    const refused = connections.filter(({ text }) => text.includes('connections.too_many'));
    const open = connections.filter(({ text }) => text.includes('event: ready'));
    expect([open.length, refused.length]).toEqual([5, 45]);
    expect(closedOf(open)).toBe(0);
    for (const connection of connections) connection.destroy();
  } finally {
    await strict.stop();
  }
}, 60_000);

function openWebSocket(url: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => {
      socket.on('error', () => {}); // shows in its state
      resolve(socket);
    });
    socket.on('error', reject);
  });
}
