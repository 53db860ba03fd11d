import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Pair,
  aPair,
  expectRisingCursors,
  openDirect,
  range,
  send,
  sendMany,
} from '../../support/chat.js';
import {
  type ChatClient,
  closeClientsAfterEach,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;
/** Replays little, keeps little. */
let narrow: TestNode;

beforeAll(async () => {
  database = await createDatabase('offline_pool');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  const small = { MAILBOX_LENGTH: '10', REPLAY_MESSAGES: '30', REDIS_PREFIX: uniquePrefix() };
  [here, there, narrow] = await Promise.all([
    startNode(shared),
    startNode(shared),
    startNode({ ...shared, ...small }),
  ]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop(), narrow.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const ack = (node: TestNode, { token }: { token: string }, cursor: string | undefined) =>
  call(node, 'POST /v1/events/ack', { token, body: { cursor } });

/** A connection without a cursor, until what waited has come and one message more. */
async function whatWaits(node: TestNode, { alice, bob, conversationId }: Pair): Promise<ChatClient> {
  const client = await connect('sse', node, bob);
  const { seq } = await send(node, alice, conversationId, 'last');
  await client.until('has the last message', () => client.seqs(conversationId).includes(seq));
  return client;
}

describe('5,000 messages that waited', () => {
  it.each(doorNames)('arrive by %s complete and in order, and once acknowledged not again', async (door) => {
    const pair = await aPair(here);
    const { alice, bob, conversationId } = pair;
    await sendMany(here, alice, conversationId, 5_000);
    const client = await connect(door, there, bob);
    await client.untilMessages(5_000, 20_000);
    expect(client.seqs()).toEqual(range(1, 5_000));
    expect(client.messages().map(({ text }) => text)).toEqual(range(1, 5_000).map((n) => `message ${n}`));
    expectRisingCursors(client);
    if (door === 'socket.io') {
      const socket = client as Awaited<ReturnType<typeof connectSocket>>;
      expect(await socket.command('mailbox.ack', { cursor: client.cursor })).toEqual({ ok: true, data: {} });
    } else if (door === 'sse') {
      client.close();
      await (await connect('sse', here, bob, { cursor: client.cursor })).untilReady();
    }
    await expect.poll(() => waitingFor(bob), { timeout: 10_000 }).toBe(0);
    client.close();
    expect((await whatWaits(here, pair)).messages().map(({ text }) => text)).toEqual(['last']);
  });

  it('are acknowledged up to where a replay was taken, and the rest stays', async () => {
    const pair = await aPair(here);
    const { alice, bob, conversationId } = pair;
    const carol = await registerUser(here);
    const other = await openDirect(here, carol, bob);
    await sendMany(here, alice, conversationId, 300);
    await sendMany(here, carol, other, 20);
    const client = await connect('sse', there, bob);
    await client.untilMessages(320);
    client.close();
    const cursor = client.ofType('message.created').find(({ data }) => data.message.seq === 250)?.cursor;
    expect((await ack(here, bob, cursor ?? undefined)).status).toBe(204);
    const next = await whatWaits(here, pair);
    expect(next.seqs(conversationId)).toEqual(range(251, 301));
    expect(next.seqs(other)).toEqual(range(1, 20));
    // An older cursor changes nothing.
    const older = client.ofType('message.created')[0]?.cursor;
    expect((await ack(there, bob, older ?? undefined)).status).toBe(204);
    next.close();
    expect((await whatWaits(there, pair)).seqs(conversationId)).toEqual(range(251, 302));
  });

  it('that were read elsewhere do not come', async () => {
    const pair = await aPair(here);
    const { alice, bob, conversationId } = pair;
    await sendMany(here, alice, conversationId, 20);
    await call(there, `PUT /v1/conversations/${conversationId}/read`, {
      token: bob.token,
      body: { seq: 15 },
    });
    expect((await whatWaits(here, pair)).seqs()).toEqual(range(16, 21));
  });
});

/** How many messages a connection without a cursor would get at once. */
async function waitingFor({ token }: { token: string }): Promise<number> {
  const { body } = await call(there, 'GET /v1/events/poll?limit=10', { token });
  return body.events.filter(({ type }: { type: string }) => type === 'message.created').length;
}

describe('a connection that begins while messages come in', () => {
  it.each(doorNames)('by %s gets each once, in order', async (door) => {
    const { alice, bob, conversationId } = await aPair(here);
    await sendMany(here, alice, conversationId, 100);
    const sending = Promise.all([
      sendMany(here, alice, conversationId, 400, (n) => `a${n}`),
      sendMany(there, bob, conversationId, 400, (n) => `b${n}`),
    ]).catch((error: unknown) => error);
    const clients = await Promise.all(range(1, 6).map((i) => connect(door, i % 2 ? here : there, bob)));
    await sending;
    const { seq } = await send(here, alice, conversationId, 'last');
    for (const client of clients) {
      await client.until('has the last', () => client.seqs().includes(seq));
      const seqs = client.seqs();
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(seqs.length);
      const others = client.messages().filter(({ senderId }) => senderId === alice.id);
      expect(others.map(({ text }) => text).filter((text) => text.startsWith('a'))).toEqual(
        range(1, 400).map((n) => `a${n}`),
      );
    }
  });
});

it.each(doorNames)(
  'by %s one device hears what the other sends while its offline pool is replayed',
  async (door) => {
    const { alice, bob, conversationId } = await aPair(here);
    await sendMany(here, alice, conversationId, 30);
    const { body } = await call(here, 'GET /v1/events/poll?limit=10', { token: bob.token });
    await send(there, bob, conversationId, 'own');
    await send(there, alice, conversationId, 'after');
    const client = await connect(door, there, bob, { cursor: body.cursor });
    await client.untilMessages(22);
    expect(client.seqs().toSorted((a, b) => a - b)).toEqual(range(11, 32));
  },
);

describe('where a replay is too long', () => {
  it.each(doorNames)(
    'by %s each conversation left ends in one gap, whose range completes it',
    async (door) => {
      const { alice, bob, conversationId } = await aPair(narrow);
      const carol = await registerUser(narrow);
      const other = await openDirect(narrow, carol, bob);
      await sendMany(narrow, alice, conversationId, 50);
      await sendMany(narrow, carol, other, 40);
      const client = await connect(door, narrow, bob, { cursor: '1000-0', limit: 1_000 });
      await client.until('has two gaps', () => client.count('mailbox.gap') === 2);
      expect(client.seqs(conversationId)).toEqual(range(1, 30));
      expect(client.seqs(other)).toEqual([]);
      expect(client.ofType('mailbox.gap').map(({ data }) => data)).toEqual([
        { conversationId, fromSeq: 31, toSeq: 50, sinceRev: 0 },
        { conversationId: other, fromSeq: 1, toSeq: 40, sinceRev: 0 },
      ]);
      for (const { data } of client.ofType('mailbox.gap')) {
        const { body } = await call(
          narrow,
          `GET /v1/conversations/${data.conversationId}/messages?after=${data.fromSeq - 1}&before=${data.toSeq + 1}&limit=200`,
          { token: bob.token },
        );
        const seqs = body.items.map(({ seq }: { seq: number }) => seq);
        expect([...client.seqs(data.conversationId), ...seqs]).toEqual(range(1, data.toSeq));
      }
      await send(narrow, alice, conversationId, 'live');
      await client.untilMessages(31);
      expect(client.seqs(conversationId).at(-1)).toBe(51);
      expectRisingCursors(client);
    },
  );
});

describe('where the mailbox does not reach back to the cursor', () => {
  it.each(doorNames)('by %s everything comes from MySQL, then it goes on live', async (door) => {
    const { alice, bob, conversationId } = await aPair(narrow);
    const carol = await registerUser(narrow);
    const other = await openDirect(narrow, carol, bob);
    const first = await connect('sse', narrow, bob);
    await send(narrow, carol, other, 'early');
    await first.untilMessages(1);
    first.kill();
    // The mailbox keeps ten at least, and is trimmed by whole nodes of its stream.
    await sendMany(narrow, alice, conversationId, 300);
    const client = await connect(door, narrow, bob, { cursor: first.cursor });
    await client.until('has it all', () => client.count('mailbox.gap') === 2);
    expect(client.readies.map(({ resumed }) => resumed)).toEqual([false]);
    expect(client.seqs(conversationId)).toEqual(range(1, 30));
    expect(client.ofType('mailbox.gap')[0]?.data).toMatchObject({ conversationId, fromSeq: 31, toSeq: 300 });
    await send(narrow, alice, conversationId, 'live');
    await client.until('goes on', () => client.seqs(conversationId).includes(301));
    expectRisingCursors(client);
  });
});

describe('a replay that was broken off', () => {
  it.each(doorNames)('goes on by %s where it stopped, on another node', async (door) => {
    const { alice, bob, conversationId } = await aPair(here);
    const carol = await registerUser(here);
    const other = await openDirect(here, carol, bob);
    await sendMany(here, alice, conversationId, 600);
    await sendMany(here, carol, other, 600);
    const whole = await connect('poll', here, bob, { cursor: '1000-0', limit: 1_000 });
    await whole.until('is synced', () => whole.count('conversation.synced') === 2);
    whole.close();
    for (const at of [10, 450, 700, 1_199]) {
      const cursor = whole.ofType('message.created')[at - 1]?.cursor ?? undefined;
      const client = await connect(door, there, bob, { cursor });
      await client.until('is synced', () => client.count('conversation.synced') >= (at > 600 ? 1 : 2));
      const before = whole.messages().slice(0, at);
      expect([...before, ...client.messages()].map(({ id }) => id)).toEqual(
        whole.messages().map(({ id }) => id),
      );
      expectRisingCursors(client);
      client.close();
    }
  });
});
