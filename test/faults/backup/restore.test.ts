import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pair, aPair, range, send, trySend } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { dumpDatabase, restoreDatabase } from '../../support/dump.js';
import { Config } from '../../../src/platform/config/config.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { call } from '../../support/rest.js';
import {
  type DisposableServer,
  createDatabase,
  privateMariadb,
  temporaryDirectory,
} from '../../support/servers.js';

let lost: DisposableServer;
let fresh: DisposableServer;
const directory = temporaryDirectory('backup');

beforeAll(async () => {
  [lost, fresh] = await Promise.all([privateMariadb(), privateMariadb()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([lost.dispose(), fresh.dispose()]);
  rmSync(directory, { recursive: true, force: true });
});

closeClientsAfterEach();

const textsIn = async (node: TestNode, { alice, conversationId }: Pair): Promise<string[]> => {
  const texts: string[] = [];
  for (;;) {
    const page = `after=${texts.length}&limit=200`;
    const { body } = await call(node, `GET /v1/conversations/${conversationId}/messages?${page}`, {
      token: alice.token,
    });
    texts.push(...body.items.map(({ text }: { text: string }) => text));
    if (body.items.length < 200) return texts;
  }
};

it('a dump under load, restored on an empty server, holds all that was acknowledged before it; clients go on', async () => {
  const before = await startNode({ DATABASE_URL: (await createDatabase('lost', lost.url)).url });
  const databaseUrl = before.app.get<{ mysql: { url: string } }>(Config).mysql.url;
  const pair = await aPair(before);
  const clients = await Promise.all(doorNames.map((door) => connect(door, before, pair.bob)));
  const acknowledged: string[] = [];
  let isOver = false;
  const sending = range(1, 4).map(async (sender) => {
    for (let n = 1; !isOver; n += 1) {
      const text = `${sender}: ${n}`;
      if ((await trySend(before, pair.alice, pair.conversationId, { text })).status === 201)
        acknowledged.push(text);
    }
  });
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(100);
  const owed = [...acknowledged];
  const file = join(directory, 'dump.sql');
  await dumpDatabase(databaseUrl, file);
  const atEnd = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(atEnd + 20);
  isOver = true;
  await Promise.all(sending);
  for (const client of clients) await client.untilMessages(acknowledged.length);
  const cursors = clients.map(({ cursor }) => cursor);
  await before.stop();
  await lost.kill('SIGKILL');

  const restored = await createDatabase('restored', fresh.url);
  await restoreDatabase(restored.url, file);
  // Another prefix is what operations.md asks for: a Redis that remembers nothing of the former state.
  const after = await startNode({ DATABASE_URL: restored.url, REDIS_PREFIX: uniquePrefix() });
  const kept = await textsIn(after, pair);
  expect(owed.filter((text) => !kept.includes(text))).toEqual([]);
  expect(kept.length).toBeLessThan(acknowledged.length);
  const again = await Promise.all(
    doorNames.map((door, i) => connect(door, after, pair.bob, { cursor: cursors[i] })),
  );
  for (const client of again) expect(client.readies[0]?.resumed).toBe(false);
  const { seq } = await send(after, pair.alice, pair.conversationId, 'after the disaster');
  expect(seq).toBe(kept.length + 1);
  for (const client of again) {
    await client.until('hears what comes now', () => client.seqs(pair.conversationId).at(-1) === seq);
  }
  await after.stop();
}, 120_000);
