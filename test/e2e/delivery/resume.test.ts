import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aPair,
  expectRisingCursors,
  openDirect,
  range,
  send,
  sendMany,
  together,
} from '../../support/chat.js';
import {
  type ChatClient,
  closeClientsAfterEach,
  begin,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('resume');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const seqsOf = (...clients: ChatClient[]): number[] =>
  together(...clients)
    .filter(({ type }) => type === 'message.created')
    .map(({ data }) => data.message.seq);

/** Slowly enough for connections to come and go meanwhile. */
async function sendOneByOne(from: TestUser, conversationId: string, amount: number): Promise<void> {
  const sender = await connectSocket(there, from);
  for (const n of range(1, amount)) {
    await sender.command('message.send', { conversationId, clientId: `slow-${n}`, text: `${n}` });
  }
}

/** A little later every event that was under way must have come: it stands before this one. */
async function expectNothingMore(
  client: ChatClient,
  sendLast: () => Promise<{ seq: number }>,
): Promise<void> {
  const { seq } = await sendLast();
  await client.until('has the last message', () => client.seqs().includes(seq));
}

describe.each(doorNames)('%s', (door) => {
  it('killed in the middle and back with its cursor: nothing is missing, nothing doubled', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const first = await connect(door, here, bob, { limit: 7 });
    const sending = sendOneByOne(alice, conversationId, 200);
    await first.untilMessages(40);
    first.kill();
    const second = await connect(door, here, bob, { cursor: first.cursor });
    await second.untilMessages(30);
    second.kill();
    await sending;
    const third = await connect(door, here, bob, { cursor: second.cursor });
    await third.until('has all', () => third.seqs().includes(200));
    expect(seqsOf(first, second, third)).toEqual(range(1, 200));
    expect([second.readies, third.readies].map((readies) => readies.map(({ resumed }) => resumed))).toEqual([
      [true],
      [true],
    ]);
    if (door !== 'poll') expect(second.readies[0]?.cursor).toBe(first.cursor);
  });

  it.each(doorNames.filter((other) => other !== door))(
    'goes on by %s on another node with the same cursor',
    async (other) => {
      const { alice, bob, conversationId } = await aPair(here);
      const first = await connect(door, here, bob);
      for (const n of range(1, 5)) await send(here, alice, conversationId, `${n}`);
      await first.untilMessages(5);
      first.kill();
      for (const n of range(6, 10)) await send(there, alice, conversationId, `${n}`);
      const second = await connect(other, there, bob, { cursor: first.cursor });
      await expectNothingMore(second, () => send(here, alice, conversationId, 'last'));
      expect(seqsOf(first, second)).toEqual(range(1, 11));
      expect(second.readies.map(({ resumed }) => resumed)).toEqual([true]);
    },
  );

  it('back without a cursor brings only what was not acknowledged, and only what others sent', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const first = await connect('sse', here, bob);
    await send(here, alice, conversationId, 'one');
    await send(here, bob, conversationId, 'two');
    await send(here, alice, conversationId, 'three');
    await first.untilMessages(3);
    first.kill();
    const cursorOfTwo = first.ofType('message.created')[1]?.cursor;
    const { status } = await call(there, 'POST /v1/events/ack', {
      token: bob.token,
      body: { cursor: cursorOfTwo },
    });
    expect(status).toBe(204);
    await send(there, bob, conversationId, 'four');
    const second = await connect(door, there, bob);
    await expectNothingMore(second, () => send(here, alice, conversationId, 'five'));
    expect(second.messages().map(({ text }) => text)).toEqual(['three', 'five']);
    expect(second.readies.map(({ resumed }) => resumed)).toEqual([false]);
  });

  it('a cursor given on connecting acknowledges what came up to it', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const watcher = await connect('sse', here, alice);
    const first = await connect(door, here, bob);
    await send(here, alice, conversationId, 'one');
    await first.untilMessages(1);
    first.kill();
    const second = await connect(door, there, bob, { cursor: first.cursor });
    await watcher.until('hears of it', () => watcher.count('receipt.delivered') > 0);
    expect(watcher.ofType('receipt.delivered').map(({ data }) => data)).toContainEqual({
      conversationId,
      userId: bob.id,
      seq: 1,
    });
    second.kill();
    const third = await connect(door, here, bob);
    await expectNothingMore(third, () => send(here, alice, conversationId, 'two'));
    expect(third.messages().map(({ text }) => text)).toEqual(['two']);
  });

  it.each([
    ['of the future', () => '9999999999999-0'],
    ['from before the mailbox', () => '1000-0'],
    ['of a replay that never was', (conversationId: string) => forgedReplay(conversationId)],
  ])('with a cursor %s skips nothing, and says where each conversation stands', async (_, forge) => {
    const { alice, bob, conversationId } = await aPair(here);
    const carol = await registerUser(here);
    const other = await openDirect(here, carol, bob);
    for (const n of range(1, 3)) await send(here, alice, conversationId, `a${n}`);
    for (const n of range(1, 2)) await send(here, carol, other, `c${n}`);
    const client = await connect(door, there, bob, { cursor: forge(conversationId) });
    await client.until('is synced twice', () => client.count('conversation.synced') === 2);
    expect(client.seqs(conversationId)).toEqual([1, 2, 3]);
    expect(client.seqs(other)).toEqual([1, 2]);
    expect(client.ofType('conversation.synced').map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        { conversationId, rev: 4, lastSeq: 3 },
        { conversationId: other, rev: 3, lastSeq: 2 },
      ]),
    );
    expect(client.readies.map(({ resumed }) => resumed)).toEqual([false]);
    await expectNothingMore(client, () => send(here, alice, conversationId, 'a4'));
    expect(client.seqs(conversationId)).toEqual([1, 2, 3, 4]);
    expectRisingCursors(client);
    const types = client.events
      .filter(({ data }) => (data.message ?? data.conversation ?? data).conversationId === conversationId)
      .map(({ type }) => type)
      .filter((type) => !type.startsWith('receipt.'));
    expect(types.indexOf('conversation.synced')).toBe(types.lastIndexOf('message.created') - 1);
  });

  it('with the cursor of another user gets only its own, and moves only its own marks', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const stranger = await aPair(here);
    const theirs = await connect('sse', here, stranger.bob);
    await send(here, alice, conversationId, 'mine');
    await send(here, stranger.alice, stranger.conversationId, 'theirs');
    await theirs.untilMessages(1);
    const client = begin(door, there, bob, { cursor: theirs.cursor });
    await expectNothingMore(client, () => send(here, alice, conversationId, 'last'));
    expect(new Set(client.messages().map((message) => message.conversationId))).toEqual(
      new Set([conversationId]),
    );
    const again = await connect('sse', here, stranger.bob);
    await again.untilMessages(1);
    expect(again.messages().map(({ text }) => text)).toEqual(['theirs']);
  });
});

/** Text of a replay cursor's form, at the beginning of time. */
const forgedReplay = (conversationId: string): string =>
  `1000-0.c1.0.${BigInt(conversationId).toString(36).padStart(13, '0')}.0000001.abcd`;

describe('text that is no cursor', () => {
  const texts = ['nonsense', '1-2-3', '-', '%00', '1795245062327', `${'9'.repeat(16)}-0`, 'x'.repeat(2_000)];

  it.each(texts)('%.20s is refused by REST and WebSocket, and counts as none on SSE', async (text) => {
    const { alice, bob, conversationId } = await aPair(here);
    await send(here, alice, conversationId, 'waiting');
    await expect(connect('socket.io', here, bob, { cursor: text })).rejects.toThrow('cursor.invalid');
    const query = new URLSearchParams({ cursor: text });
    const polled = await call(here, `GET /v1/events/poll?${query}`, { token: bob.token });
    expect([polled.status, polled.body.code]).toEqual([400, 'cursor.invalid']);
    const acked = await call(here, 'POST /v1/events/ack', { token: bob.token, body: { cursor: text } });
    expect([acked.status, acked.body.code]).toEqual([400, 'cursor.invalid']);
    const stream = await connect('sse', here, bob, { cursor: text });
    await stream.untilMessages(1);
    expect(stream.readies.map(({ resumed }) => resumed)).toEqual([false]);
    const response = await fetch(`${here.url}/v1/events?${query}`, {
      headers: { authorization: `Bearer ${bob.token}` },
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});

it('the stream from a snapshot misses nothing, and brings nothing that the snapshot held', async () => {
  const { alice, bob, conversationId } = await aPair(here);
  await send(here, alice, conversationId, 'one');
  const sending = sendMany(there, alice, conversationId, 200);
  const { body: snapshot } = await call(here, 'GET /v1/sync', { token: bob.token });
  const client = await connect('sse', there, bob, { cursor: snapshot.cursor });
  await sending;
  await client.until('has all', () => client.seqs().includes(201));
  const held = snapshot.conversations[0].lastSeq;
  const news = client.seqs().filter((seq) => seq > held);
  expect(news).toEqual(range(held + 1, 201));
  expect(client.readies[0]?.resumed).toBe(true);
});
