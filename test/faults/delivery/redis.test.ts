import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, aPair, range, send } from '../../support/chat.js';
import {
  type ChatClient,
  closeClients,
  closeClientsAfterEach,
  connect,
  doorNames,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let settings: Record<string, string>;
let nodes: TestNode[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('redis_faults'), privateRedis()]);
  settings = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: uniquePrefix(),
    NODE_LEASE_SECONDS: '4',
  };
  await startNodes();
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([database.drop(), redis.dispose()]);
});

closeClientsAfterEach();
afterEach(() => redis.start());

async function startNodes(): Promise<void> {
  nodes = await Promise.all([startNode(settings), startNode(settings)]);
}

const here = (): TestNode => nodes[0] as TestNode;
const there = (): TestNode => nodes[1] as TestNode;

async function ask(question: (client: Redis) => Promise<unknown>): Promise<void> {
  const { pathname } = new URL(redis.url);
  const client = new Redis({ path: decodeURIComponent(pathname) });
  await question(client);
  client.disconnect();
}

/**
 * What every connection is promised, whatever was lost: no hole, and order; a repetition only after a `ready` that says
 * so, or of what a `conversation.synced` has told the client to drop. Between two readies the seqs rise one by one.
 */
function expectKept(client: ChatClient, lastSeq: number): void {
  const starts = [...client.readies.map(({ after }) => after), client.events.length];
  let heldRev = 0;
  starts.slice(0, -1).forEach((start, i) => {
    const seqs = client.events.slice(start, starts[i + 1]).flatMap(({ type, data }) => {
      if (type === 'conversation.synced') heldRev = data.rev;
      return type === 'message.created' && data.message.rev > heldRev ? [data.message.seq as number] : [];
    });
    expect([client.name, seqs]).toEqual([client.name, range(seqs[0] ?? 1, seqs.at(-1) ?? 0)]);
  });
  const all = new Set(client.seqs());
  expect([client.name, range(1, lastSeq).filter((seq) => !all.has(seq))]).toEqual([client.name, []]);
}

/** A client of each door on each node. */
async function readers({ bob }: Pair): Promise<ChatClient[]> {
  return Promise.all(
    doorNames.flatMap((door) =>
      nodes.map((node) => connect(door, node, bob, { reconnect: door === 'poll' })),
    ),
  );
}

/** Sends from both nodes while something breaks; every send must be acknowledged. */
async function chatThrough(pair: Pair, fault: () => Promise<unknown>): Promise<ChatClient[]> {
  const clients = await readers(pair);
  const { alice, bob, conversationId } = pair;
  for (const n of range(1, 5)) await send(here(), alice, conversationId, `before ${n}`);
  for (const client of clients) await client.untilMessages(5);
  let isOver = false;
  const sending = (async () => {
    let sent = 0;
    while (!isOver || sent < 10) {
      await send(sent % 2 ? here() : there(), sent % 3 ? alice : bob, conversationId, `during ${sent}`);
      sent += 1;
    }
    return sent;
  })();
  await fault();
  isOver = true;
  const total = 5 + (await sending) + 1;
  await send(there(), alice, conversationId, 'after');
  for (const client of clients) {
    await client.until('has all', () => client.seqs().includes(total), 20_000);
    expectKept(client, total);
  }
  return clients;
}

describe('connected clients get everything', () => {
  it('through FLUSHALL, and are told that delivery began anew', async () => {
    const clients = await chatThrough(await aPair(here()), () => ask((client) => client.flushall()));
    for (const { name, readies } of clients) {
      expect([name, readies.length > 1]).toEqual([name, true]);
      expect(readies.at(-1)?.resumed).toBe(false);
    }
  });

  it('when Redis throws out every connection of the nodes', async () => {
    const clients = await chatThrough(await aPair(here()), () =>
      ask(async (client) => {
        await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      }),
    );
    // Nothing was lost, so nothing begins anew.
    for (const { name, readies } of clients) expect([name, readies.length]).toEqual([name, 1]);
  });

  it('when only the subscriptions are lost, again and again', async () => {
    await chatThrough(await aPair(here()), async () => {
      for (const _ of range(1, 20)) await ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    });
  });

  it.each([
    ['with its data', false],
    ['without', true],
  ])('when Redis is killed and comes back %s; sends are accepted meanwhile', async (_, emptied) => {
    const pair = await aPair(here());
    await chatThrough(pair, async () => {
      await redis.kill('SIGKILL');
      for (const n of range(1, 5)) await send(here(), pair.alice, pair.conversationId, `away ${n}`);
      await redis.restart({ emptied });
    });
  });

  it('when Redis is empty and nobody sends', async () => {
    const pair = await aPair(here());
    const clients = await readers(pair);
    await ask((client) => client.flushall());
    for (const client of clients) {
      // Perhaps more than once: what Redis lost may be found out while it is being restored.
      await client.until('began anew', () => client.readies.length >= 2 || client.name === 'PollClient');
    }
    await send(here(), pair.alice, pair.conversationId, 'one');
    for (const client of clients) await client.untilMessages(1);
  });
});

describe.each(doorNames)('%s', (door) => {
  it('a recipient who was offline while nodes and Redis were restarted and emptied gets all, in order', async () => {
    const { alice, bob, conversationId } = await aPair(here());
    const before = await connect(door, here(), bob);
    await send(here(), alice, conversationId, 'seen');
    await before.untilMessages(1);
    const { cursor } = before;
    before.close();
    await call(here(), 'POST /v1/events/ack', { token: bob.token, body: { cursor } });
    for (const n of range(1, 20)) await send(there(), alice, conversationId, `missed ${n}`);
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.restart({ emptied: door === 'sse' });
    await ask((client) => client.flushall());
    await startNodes();
    for (const n of range(21, 30)) await send(there(), alice, conversationId, `missed ${n}`);
    const without = await connect(door, there(), bob);
    await without.untilMessages(30);
    expect(without.seqs()).toEqual(range(2, 31));
    without.close();
    const client = await connect(door, here(), bob, { cursor });
    await client.until('is synced', () => client.count('conversation.synced') === 1);
    expect(client.readies.map(({ resumed }) => resumed)).toEqual([false]);
    // A little may repeat.
    expect(client.seqs()).toEqual(range(client.seqs()[0] ?? 0, 31));
    expect(client.seqs()[0]).toBeLessThanOrEqual(2);
  });

  it('a replay that was broken off goes on after Redis was emptied', async () => {
    const { alice, bob, conversationId } = await aPair(here());
    for (const n of range(1, 30)) await send(here(), alice, conversationId, `${n}`);
    const { body } = await call(here(), 'GET /v1/events/poll?limit=10', { token: bob.token });
    await ask((client) => client.flushall());
    await send(there(), alice, conversationId, 'after').catch(() => undefined);
    const client = await connect(door, there(), bob, { cursor: body.cursor });
    await client.until('has the rest', () => client.seqs().includes(31));
    const seen = [
      ...body.events.map((event: { data: { message: { seq: number } } }) => event.data.message.seq),
      ...client.seqs(),
    ];
    expect(range(1, 31).filter((seq) => !seen.includes(seq))).toEqual([]);
    expectKept(client, 0);
  });
});

it('while Redis is away a stream begins all the same, log-in and history work, and delivery waits', async () => {
  const { alice, bob, conversationId } = await aPair(here());
  await redis.kill('SIGKILL');
  const streams = [connect('sse', here(), bob), connect('socket.io', there(), bob)];
  for (const stream of streams) stream.catch(() => undefined);
  await send(here(), alice, conversationId, 'meanwhile');
  const { body } = await call(here(), `GET /v1/conversations/${conversationId}/messages`, {
    token: bob.token,
  });
  expect(body.items).toHaveLength(1);
  await redis.start();
  for (const client of await Promise.all(streams)) await client.untilMessages(1);
  closeClients();
});
