import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, send } from '../../support/chat.js';
import {
  type ChatClient,
  closeClientsAfterEach,
  connect,
  connectSocket,
  doorNames,
} from '../../support/clients.js';
import { aGroup, aGuest, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('typing');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const typingIn = ({ events }: ChatClient, conversationId: string): string[] =>
  events
    .filter(({ type, data }) => type.startsWith('typing.') && data.conversationId === conversationId)
    .map(({ type, data }) => `${type} ${data.userId}`);
const started = ({ id }: TestUser) => `typing.started ${id}`;
const stopped = ({ id }: TestUser) => `typing.stopped ${id}`;

describe.each(doorNames)('by %s', (door) => {
  it('the other members see somebody begin and stop, the typist does not', async () => {
    const { conversationId, people } = await aGroup(here);
    const [alice, bob, carl] = people;
    const others = [await connect(door, here, bob), await connect(door, there, carl)];
    const own = await connect(door, there, alice);
    const socket = await connectSocket(here, alice);
    for (let i = 0; i < 5; i += 1)
      expect(await socket.command('typing.start', { conversationId })).toEqual({ ok: true, data: {} });
    for (const client of others) {
      await client.until('sees typing', () => typingIn(client, conversationId).length > 0);
      expect(client.ofType('typing.started')[0]?.cursor).toBeNull();
    }
    await socket.command('typing.stop', { conversationId });
    for (const client of others)
      await client.until('sees the end', () => typingIn(client, conversationId).includes(stopped(alice)));
    await send(here, bob, conversationId, 'The end');
    for (const client of [...others, own]) await client.untilMessages(1);
    for (const client of others)
      expect(typingIn(client, conversationId)).toEqual([started(alice), stopped(alice)]);
    expect(typingIn(own, conversationId)).toEqual([]);
  });

  it('it ends by itself, also when the typist is gone', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const client = await connect(door, there, bob);
    const socket = await connectSocket(here, alice);
    await socket.command('typing.start', { conversationId });
    socket.kill();
    await client.until('sees the end', () => typingIn(client, conversationId).length === 2);
    expect(typingIn(client, conversationId)).toEqual([started(alice), stopped(alice)]);
  });

  it('it ends with the message; on an open connection before the message', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const client = await connect(door, there, bob);
    const typing = `PUT /v1/conversations/${conversationId}/typing` as const;
    expect((await call(here, typing, { token: alice.token })).status).toBe(204);
    await client.until('sees typing', () => typingIn(client, conversationId).length > 0);
    await send(here, alice, conversationId, 'Done');
    await client.untilMessages(1);
    await client.until('sees the end', () => typingIn(client, conversationId).length === 2);
    expect(typingIn(client, conversationId)).toEqual([started(alice), stopped(alice)]);
    const types = client.events.map(({ type }) => type);
    // Between two polls the message waits in the mailbox: the next one shows it first.
    if (door !== 'poll') expect(types).toEqual(['typing.started', 'typing.stopped', 'message.created']);
  });

  it('a poll or a stream goes on from its cursor as if nothing had been shown', async () => {
    const { alice, bob, conversationId } = await aPair(here);
    const client = await connect(door, here, bob);
    await send(here, alice, conversationId, 'One');
    await client.untilMessages(1);
    await call(here, `PUT /v1/conversations/${conversationId}/typing`, { token: alice.token });
    await client.until('sees typing', () => typingIn(client, conversationId).length > 0);
    client.close();
    await send(here, alice, conversationId, 'Two');
    const again = await connect(door, there, bob, { cursor: client.cursor });
    await again.untilMessages(1);
    expect(again.messages().map(({ text }) => text)).toEqual(['Two']);
    expect(again.readies[0]?.resumed).toBe(true);
  });
});

it('whoever was removed sees nothing of it any more, and is seen typing no more', async () => {
  const group = await aGroup(here);
  const { conversationId, people } = group;
  const [owner, removed, stays] = people;
  const gone = await connectSocket(here, removed);
  const witness = await connectSocket(there, stays);
  const socket = await connectSocket(there, owner);
  await gone.command('typing.start', { conversationId });
  await socket.command('typing.start', { conversationId });
  await gone.until('sees typing', () => typingIn(gone, conversationId).length > 0);
  await witness.until('sees both', () => typingIn(witness, conversationId).length === 2);
  await doInGroup(here, group, owner, 'DELETE', `members/${removed.id}`);
  await witness.until('sees the end', () => typingIn(witness, conversationId).includes(stopped(removed)));
  await socket.command('typing.stop', { conversationId });
  await witness.until('sees all ends', () => typingIn(witness, conversationId).includes(stopped(owner)));
  expect(typingIn(gone, conversationId)).toEqual([started(owner)]);
  expect((await inGroup(there, group, removed, 'PUT', 'typing')).body.code).toBe('conversation.not_found');
});

it('a muted member is not seen typing', async () => {
  const group = await aGroup(here);
  const { conversationId, people } = group;
  const [owner, muted, witness] = people;
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await doInGroup(here, group, owner, 'PUT', `members/${muted.id}/mute`, { until });
  const client = await connectSocket(there, witness);
  expect((await inGroup(here, group, muted, 'PUT', 'typing')).status).toBe(204);
  await doInGroup(here, group, owner, 'PUT', 'typing');
  await client.until('sees the owner', () => typingIn(client, conversationId).includes(started(owner)));
  expect(typingIn(client, conversationId)).toEqual([started(owner)]);
});

it('nobody but members may type: strangers are told of no conversation, of a channel that they have to join', async () => {
  const { bob, conversationId } = await aPair(here);
  const stranger = await registerUser(here);
  const channel = await aGroup(here, { type: 'channel', name: 'News', memberIds: [] });
  const client = await connectSocket(here, bob);
  const guest = await aGuest(here);
  const codes = [];
  for (const [user, place] of [
    [stranger, { conversationId }],
    [stranger, { conversationId: '1' }],
    [stranger, { conversationId: 'nonsense' }],
    [stranger, channel],
    [guest, channel],
  ] as const)
    codes.push((await inGroup(here, place, user, 'PUT', 'typing')).body.code);
  expect(codes).toEqual([
    'conversation.not_found',
    'conversation.not_found',
    'conversation.not_found',
    'conversation.not_member',
    'conversation.not_found',
  ]);
  await send(here, bob, conversationId, 'The end');
  await client.untilMessages(1);
  expect(typingIn(client, conversationId)).toEqual([]);
});
