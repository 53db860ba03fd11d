import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPair } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

const shared = { REDIS_PREFIX: uniquePrefix() };
let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('typing_faults');
  node = await startNode({ ...shared, DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

it('somebody whose node was killed is not seen typing for ever', async () => {
  const { alice, bob, conversationId } = await aPair(node);
  const doomed = await SpawnedNode.start({ ...shared, DATABASE_URL: database.url });
  const client = await connect('sse', node, bob);
  const socket = await connectSocket(doomed, alice);
  await socket.command('typing.start', { conversationId });
  await client.until('sees typing', () => client.count('typing.started') === 1);
  await doomed.stop();
  await client.until('sees the end', () => client.count('typing.stopped') === 1);
  expect(client.ofType('typing.stopped')[0]?.data).toEqual({ conversationId, userId: alice.id });
});
