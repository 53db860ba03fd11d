import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPair, openDirect, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('small_polls');
  node = await startNode({ DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

it.each([1, 2, 3])('a replay by polls of %i comes to its end', async (limit) => {
  const { alice, bob, conversationId } = await aPair(node);
  const carol = await registerUser(node, `carol-${limit}`);
  const other = await openDirect(node, carol, bob);
  for (const text of ['a1', 'a2']) await send(node, alice, conversationId, text);
  for (const text of ['c1', 'c2', 'c3']) await send(node, carol, other, text);
  const client = await connect('poll', node, bob, { cursor: '1-0', limit });
  await client.until('has both', () => [conversationId, other].every((id) => client.seqs(id).length > 1));
  const { seq } = await send(node, alice, conversationId, 'last');
  await client.until('is live', () => client.seqs(conversationId).includes(seq));
  expect([...new Set(client.seqs(conversationId))]).toEqual([1, 2, 3]);
  expect([...new Set(client.seqs(other))]).toEqual([1, 2, 3]);
  expect(client.count('conversation.synced')).toBeGreaterThan(1);
});
