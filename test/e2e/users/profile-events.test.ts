import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Pair, aPair, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect, doorNames } from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { call, registerUser } from '../../support/rest.js';
import {
  type DisposableServer,
  type TestDatabase,
  createDatabase,
  privateRedis,
} from '../../support/servers.js';

let database: TestDatabase;
let redis: DisposableServer;
let nodes: TestNode[];
let pair: Pair;
let calls = 0;

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase('profile_events'), privateRedis()]);
  const settings = { DATABASE_URL: database.url, REDIS_URL: redis.url, REDIS_PREFIX: uniquePrefix() };
  nodes = [await startNode(settings), await startNode(settings)];
});

beforeEach(async () => {
  pair = await aPair(nodes[0]!);
});

closeClientsAfterEach();

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([redis.dispose(), database.drop()]);
});

const patch = (body: object, node = nodes[0]!) =>
  call(node, 'PATCH /v1/users/me', { token: pair.alice.token, body });
const aName = () => `Name ${(calls += 1)}`;

describe.each(doorNames)('a change of a profile, by %s', (door) => {
  it('is told once to oneself and to whom one writes with, and to nobody else', async () => {
    const stranger = await registerUser(nodes[0]!);
    const [mine, theirs, others] = await Promise.all([
      connect(door, nodes[1]!, pair.alice),
      connect(door, nodes[1]!, pair.bob),
      connect(door, nodes[1]!, stranger),
    ]);
    const displayName = aName();
    await patch({ displayName, email: 'alice@example.org' });
    await patch({ displayName });
    await mine.until('hears it', () => mine.count('user.updated') === 1);
    await theirs.until('hears it', () => theirs.count('user.updated') === 1);
    expect(mine.ofType('user.updated')[0]!.data.user).toMatchObject({
      id: pair.alice.id,
      displayName,
      email: 'alice@example.org',
    });
    const { user } = theirs.ofType('user.updated')[0]!.data;
    expect([user.displayName, 'email' in user]).toEqual([displayName, false]);
    await send(nodes[0]!, pair.alice, pair.conversationId, 'last');
    await theirs.untilMessages(1);
    expect([theirs.count('user.updated'), others.count('user.updated')]).toEqual([1, 0]);
  });

  it('is resumed, once, with the profile as it is then', async () => {
    const before = await connect(door, nodes[1]!, pair.bob);
    const { cursor } = before;
    before.close();
    await patch({ displayName: aName() });
    const displayName = aName();
    await patch({ displayName });
    const after = await connect(door, nodes[0]!, pair.bob, { cursor });
    await after.until('hears both', () => after.count('user.updated') === 2);
    expect(after.ofType('user.updated').map(({ data }) => data.user.displayName)).toEqual([
      displayName,
      displayName,
    ]);
    expect(after.readies[0]?.resumed).toBe(true);
  });

  it('comes from MySQL, after the conversations, where Redis does not know it any more', async () => {
    const before = await connect(door, nodes[1]!, pair.bob);
    const { cursor } = before;
    before.close();
    await send(nodes[0]!, pair.alice, pair.conversationId, 'missed');
    const displayName = aName();
    await patch({ displayName });
    await loseRedisData(nodes[0]!);
    const after = await connect(door, nodes[0]!, pair.bob, { cursor });
    await after.until('hears it', () => after.count('user.updated') >= 1);
    const types = after.events.map(({ type }) => type).filter((type) => !type.startsWith('receipt'));
    expect(types.at(-1)).toBe('user.updated');
    expect(types).toContain('conversation.synced');
    expect(after.ofType('user.updated').at(-1)!.data.user.displayName).toBe(displayName);
    const again = await connect(door, nodes[1]!, pair.bob, { cursor: after.cursor });
    await send(nodes[0]!, pair.alice, pair.conversationId, 'last');
    await again.untilMessages(1);
    expect(again.count('user.updated')).toBe(0);
  });
});

it('a change while Redis is away is told when it is back', async () => {
  const theirs = await connect('socket.io', nodes[1]!, pair.bob);
  await redis.kill('SIGKILL');
  const displayName = aName();
  expect((await patch({ displayName })).status).toBe(200);
  await redis.restart();
  await theirs.until('hears it', () => theirs.count('user.updated') >= 1, 20_000);
  expect(theirs.ofType('user.updated').at(-1)!.data.user.displayName).toBe(displayName);
}, 60_000);
