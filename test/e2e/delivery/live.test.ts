import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, expectInOrder, expectRisingCursors, range, send, sendMany } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('live');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

describe.each(doorNames)('%s', (door) => {
  it('brings what others and what oneself sent, live and in order', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const clients = await Promise.all([connect(door, here, alice), connect(door, here, bob)]);
    const sent = [];
    for (const n of range(1, 10)) sent.push(await send(here, n % 2 ? alice : bob, conversationId, `${n}`));
    for (const client of clients) {
      await client.untilMessages(10);
      expect(client.messages(conversationId)).toEqual(sent);
      expectRisingCursors(client);
      expect(client.readies).toHaveLength(1);
    }
  });

  it('brings all to every connection in one order, sent from both ends on two nodes at once', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const clients = await Promise.all([
      connect(door, here, alice),
      connect(door, there, alice),
      connect(door, there, bob),
    ]);
    await Promise.all([
      sendMany(here, alice, conversationId, 300, (n) => `a${n}`),
      sendMany(there, bob, conversationId, 300, (n) => `b${n}`),
    ]);
    for (const client of clients) {
      await client.untilMessages(600);
      expect(client.seqs(conversationId)).toEqual(range(1, 600));
      expectRisingCursors(client);
    }
    const texts = clients.map((client) => client.messages().map(({ text }) => text));
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
    for (const sender of ['a', 'b']) {
      const own = texts[0]?.filter((text) => text.startsWith(sender));
      expect(own).toEqual(range(1, 300).map((n) => `${sender}${n}`));
    }
  });

  it('shows a new conversation before its first message', async () => {
    const { alice } = await aPair(here);
    const { bob } = await aPair(here);
    const client = await connect(door, there, bob);
    await call(here, 'POST /v1/messages', { token: alice.token, body: { to: bob.username, text: 'Hello' } });
    await client.untilMessages(1);
    const types = client.events.map(({ type }) => type);
    expect(types).toEqual(['conversation.created', 'message.created']);
    expect(client.events[0]?.data.conversation.id).toBe(client.messages()[0].conversationId);
  });

  it('tells both ends of a read mark, once', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const clients = await Promise.all([connect(door, here, alice), connect(door, there, bob)]);
    await send(here, alice, conversationId, 'Read me');
    const read = { token: bob.token, body: { seq: 1 } };
    await call(there, `PUT /v1/conversations/${conversationId}/read`, read);
    await call(there, `PUT /v1/conversations/${conversationId}/read`, read);
    await send(here, alice, conversationId, 'The end');
    for (const client of clients) {
      await client.untilMessages(2);
      expect(client.ofType('receipt.read').map(({ data }) => data)).toEqual([
        { conversationId, userId: bob.id, seq: 1 },
      ]);
    }
  });
});

it('messages sent one after the other over one socket, without waiting, keep their order', async () => {
  const { alice, bob, conversationId } = await aPair(here);
  const [sender, reader] = await Promise.all([connectSocket(here, alice), connect('sse', there, bob)]);
  const answers = await Promise.all(
    range(1, 100).map((n) => sender.command('message.send', { to: bob.id, clientId: `c${n}`, text: `${n}` })),
  );
  expect(answers.map(({ data }) => data.message.text)).toEqual(range(1, 100).map(String));
  await reader.untilMessages(100);
  expectInOrder(reader, conversationId);
  expect(reader.messages().map(({ text }) => text)).toEqual(range(1, 100).map(String));
});
