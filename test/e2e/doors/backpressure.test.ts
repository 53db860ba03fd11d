import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolve } from 'node:path';
import { aPair, range, send, sendMany } from '../../support/chat.js';
import { type ChatClient, closeClientsAfterEach, connect } from '../../support/clients.js';
import { uniquePrefix } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

/** Together more than 10 MiB, sent within the time for which a silent WebSocket is kept. */
const MESSAGES = 6_000;
const TEXT = 'x'.repeat(2_000);
const MIB = 1024 * 1024;

let database: TestDatabase;
let node: SpawnedNode;

beforeAll(async () => {
  database = await createDatabase('backpressure');
  node = await SpawnedNode.start(
    { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix(), REPLAY_MESSAGES: '100000' },
    { nodeOptions: ['--expose-gc'], preload: resolve(import.meta.dirname, '../../support/memory-probe.mjs') },
  );
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

it('readers that stop cost less than 2 MiB each, slow nobody, and get everything when they read again', async () => {
  const { alice, bob, conversationId } = await aPair(node);
  const other = await connect('sse', node, bob);
  const doors = ['socket.io', 'sse'] as const;
  const stopped = await Promise.all(doors.map((door) => connect(door, node, bob)));
  for (const client of stopped) client.pause();
  await sendMany(node, alice, conversationId, MESSAGES, (n) => `${n} ${TEXT}`);
  const last = await send(node, alice, conversationId, 'last');
  await other.until('has the last', () => other.messages().at(-1)?.seq === last.seq, 20_000);
  expect(other.seqs()).toEqual(range(1, last.seq));
  expect(MESSAGES * TEXT.length).toBeGreaterThan(10 * MIB);
  // What one of them costs is what is free when it has caught up; all else stays as it is.
  for (const client of stopped) {
    const before = await node.memory();
    expect([client.name, client.isClosed]).toEqual([client.name, false]);
    expect(client.seqs().length).toBeLessThan(last.seq);
    client.resume();
    await client.until('has the last', () => client.seqs().includes(last.seq), 30_000);
    expect(before - (await node.memory())).toBeLessThan(2 * MIB);
    expectAllInOrder(client, last.seq);
  }
}, 90_000);

/** Whenever delivery began anew some may come again; between, and after that, all is in order and without a hole. */
function expectAllInOrder(client: ChatClient, lastSeq: number): void {
  const starts = [...client.readies.map(({ after }) => after), client.events.length];
  const parts = starts.slice(0, -1).map((start, i) =>
    client.events
      .slice(start, starts[i + 1])
      .filter(({ type }) => type === 'message.created')
      .map(({ data }) => data.message.seq as number),
  );
  for (const seqs of parts) expect(seqs).toEqual(range(seqs[0] ?? 1, seqs.at(-1) ?? 0));
  const all = new Set(parts.flat());
  expect(range(1, lastSeq).filter((seq) => !all.has(seq))).toEqual([]);
}
