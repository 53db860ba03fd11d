import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPair, range, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type DisposableServer, createDatabase, privateMariadb } from '../../support/servers.js';

let mariadb: DisposableServer;
let nodes: TestNode[];

beforeAll(async () => {
  mariadb = await privateMariadb();
  const { url } = await createDatabase('delivery', mariadb.url);
  const shared = { DATABASE_URL: url, REDIS_PREFIX: uniquePrefix() };
  nodes = await Promise.all([startNode(shared), startNode(shared)]);
}, 60_000);

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await mariadb.dispose();
});

closeClientsAfterEach();

const here = (): TestNode => nodes[0] as TestNode;
const there = (): TestNode => nodes[1] as TestNode;

it('while MySQL is away sends are refused with a retryable problem, connections stay, and it goes on afterwards', async () => {
  const { alice, bob, conversationId } = await aPair(here());
  const clients = await Promise.all(
    doorNames.map((door) => connect(door, there(), bob, { reconnect: door === 'poll' })),
  );
  const socket = await connectSocket(here(), alice);
  await send(here(), alice, conversationId, 'before');
  for (const client of clients) await client.untilMessages(1);
  await mariadb.kill('SIGKILL');
  const refused = await trySend(here(), alice, conversationId, { text: 'away' });
  expect([refused.status, refused.body.retryable]).toEqual([503, true]);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  const answer = await socket.command('message.send', { conversationId, clientId: 'c', text: 'away' });
  expect([answer.ok, answer.error.status, answer.error.retryable]).toEqual([false, 503, true]);
  await mariadb.start();
  await expect
    .poll(
      async () =>
        (await trySend(there(), alice, conversationId, { text: 'after', clientId: 'after' })).status,
    )
    .toSatisfy((status: number) => status === 201 || status === 200);
  const { body } = await call(here(), `GET /v1/conversations/${conversationId}/messages`, {
    token: bob.token,
  });
  const kept = body.items.map(({ seq }: { seq: number }) => seq);
  for (const client of clients) {
    await client.until('has what is stored', () => client.seqs().length >= kept.length);
    expect([client.name, client.seqs()]).toEqual([client.name, kept]);
  }
  for (const client of clients.filter(({ name }) => name !== 'PollClient'))
    expect(client.isClosed).toBe(false);
});

it('MySQL is killed while many send: what was acknowledged is stored once, in order, and delivered', async () => {
  const { alice, bob, conversationId } = await aPair(here());
  const clients = await Promise.all(
    doorNames.map((door) => connect(door, there(), bob, { reconnect: door === 'poll' })),
  );
  const senders = await Promise.all([
    connectSocket(here(), alice),
    connectSocket(there(), bob),
    connectSocket(there(), alice),
  ]);
  const acknowledged: string[] = [];
  let isBack = false;
  /** As a client does: the same clientId until there is an answer. */
  const sendAll = async (socket: (typeof senders)[number], name: string) => {
    for (let n = 0; n < 40 || !isBack; n += 1) {
      const clientId = `${name}-${n}-${randomUUID()}`;
      for (;;) {
        const answer = await socket.command('message.send', { conversationId, clientId, text: clientId });
        if (answer.ok) break;
        expect(answer.error).toMatchObject({ status: 503, retryable: true });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      acknowledged.push(clientId);
    }
  };
  const sending = Promise.all(senders.map((socket, i) => sendAll(socket, `s${i}`)));
  await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
  await mariadb.kill('SIGKILL');
  await mariadb.start();
  isBack = true;
  await sending;
  for (const client of clients) {
    await client.until('has all', () => client.seqs().length >= acknowledged.length, 20_000);
    expect([client.name, client.seqs()]).toEqual([client.name, range(1, acknowledged.length)]);
    expect(
      client
        .messages()
        .map(({ clientId }) => clientId)
        .toSorted(),
    ).toEqual(acknowledged.toSorted());
  }
}, 60_000);
