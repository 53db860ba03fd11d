import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { uniquePrefix } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

let database: TestDatabase;
let node: SpawnedNode;

beforeAll(async () => {
  database = await createDatabase('unawaited');
  node = await SpawnedNode.start(
    { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() },
    { preload: resolve(import.meta.dirname, '../../support/drop-promise.mjs') },
  );
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

it('a failure that nobody waits for is logged, and ends no connection', async () => {
  const { alice, bob, conversationId } = await aPair(node);
  const reader = await connect('sse', node, bob);
  node.tell('drop');
  await expect.poll(() => node.output, { timeout: 5_000 }).toContain('nobody waits for this');
  const { seq } = await send(node, alice, conversationId, 'still here');
  await reader.until('hears of it', () => reader.messages().at(-1)?.seq === seq);
  expect(reader.readies).toHaveLength(1);
});
