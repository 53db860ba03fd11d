import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { range, send } from '../../support/chat.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { aGroup, briefly, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('groups');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const create = ({ token }: TestUser, body: unknown, key?: string) =>
  call(node, 'POST /v1/conversations', {
    token,
    body,
    ...(key !== undefined && { headers: { 'Idempotency-Key': key } }),
  });

describe('a new group', () => {
  it('belongs to its creator, and begins with a system message', async () => {
    const [ada, bob] = [await registerUser(node), await registerUser(node)];
    const reply = await create(ada, {
      type: 'group',
      name: 'Compilers',
      memberIds: [bob.id, bob.id, ada.id],
      historyVisibility: 'joined',
    });
    expect(reply.status).toBe(201);
    expect(reply.body.conversation).toMatchObject({
      type: 'group',
      name: 'Compilers',
      historyVisibility: 'joined',
      peerId: null,
      rev: 2,
      lastSeq: 1,
      memberCount: 2,
      role: 'owner',
      unread: 0,
      lastMessage: {
        type: 'system',
        senderId: ada.id,
        clientId: null,
        text: null,
        system: { kind: 'created', userIds: [bob.id], count: 1 },
      },
    });
    const conversationId = reply.body.conversation.id;
    const { items } = await doInGroup(node, { conversationId }, bob, 'GET', 'members');
    expect(items).toMatchObject([
      { userId: ada.id, role: 'owner' },
      { userId: bob.id, role: 'member' },
    ]);
  });

  it('is one for the same request under the same key, also at the same moment; another body conflicts', async () => {
    const ada = await registerUser(node);
    const wanted = { type: 'group', name: 'Once', memberIds: [] };
    const replies = await Promise.all([create(ada, wanted, 'key'), create(ada, wanted, 'key')]);
    const again = await create(ada, wanted, 'key');
    expect([...replies, again].map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set([...replies, again].map(({ body }) => body.conversation.id)).size).toBe(1);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await create(ada, { ...wanted, name: 'Twice' }, 'key')).body.code).toBe('idempotency.conflict');
    expect((await create(ada, wanted, 'other key')).body.conversation.id).not.toBe(
      again.body.conversation.id,
    );
    expect((await create(ada, wanted)).body.conversation.id).not.toBe(again.body.conversation.id);
    const { body } = await call(node, 'GET /v1/conversations', { token: ada.token });
    expect(body.items).toHaveLength(3);
  });

  it('is not made with users who do not exist or are disabled, nor in a wrong form', async () => {
    const [ada, disabled] = [await registerUser(node), await registerUser(node)];
    const connection = await createConnection(database.url);
    await connection.query('UPDATE users SET disabledAt = UTC_TIMESTAMP(3) WHERE id = ?', [disabled.id]);
    await connection.end();
    for (const id of ['123', disabled.id])
      expect(await create(ada, { type: 'group', name: 'Nobody', memberIds: [id] })).toMatchObject({
        status: 404,
        body: { code: 'user.not_found' },
      });
    const wrong = [
      { type: 'group', name: '', memberIds: [] },
      { type: 'group', name: 'No members' },
      { type: 'group', memberIds: [] },
      { type: 'group', name: 'Broken', memberIds: ['x'] },
      { type: 'group', name: 'Unknown field', memberIds: [], colour: 'red' },
      { type: 'group', name: 'Hidden', memberIds: [], historyVisibility: 'none' },
      { type: 'channel', name: 'Long', topic: 'x'.repeat(1001) },
      { type: 'party', name: 'Party' },
      { name: 'No type' },
    ];
    for (const body of wrong) expect([body, (await create(ada, body)).status]).toEqual([body, 400]);
    const { body } = await call(node, 'GET /v1/conversations', { token: ada.token });
    expect(body.items).toEqual([]);
  });
});

describe('system messages', () => {
  it('are never unread, and neither edited, nor deleted', async () => {
    const group = await aGroup(node);
    const [owner, ada] = group.people;
    await doInGroup(node, group, owner, 'PATCH', '', { name: 'After' });
    expect((await doInGroup(node, group, ada, 'GET')).conversation).toMatchObject({ lastSeq: 2, unread: 0 });
    await send(node, owner, group.conversationId, 'Hello');
    expect((await doInGroup(node, group, ada, 'GET')).conversation).toMatchObject({ lastSeq: 3, unread: 1 });
    for (const method of ['PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { text: 'Changed' } : undefined;
      const path = `/v1/conversations/${group.conversationId}/messages/2`;
      expect((await call(node, `${method} ${path}`, { token: owner.token, body })).status).toBe(403);
    }
  });

  it('name the first hundred where many are added, and count them all', async () => {
    const group = await aGroup(node);
    const connection = await createConnection(database.url);
    const ids = range(1, 150).map((n) => String(1_000_000 + n));
    await connection.query(
      'INSERT INTO users (id, username, displayName, role, createdAt, updatedAt) VALUES ?',
      [ids.map((id) => [id, `crowd-${id}`, 'Crowd', 'user', new Date(), new Date()])],
    );
    await connection.end();
    const [owner] = group.people;
    const added = await doInGroup(node, group, owner, 'POST', 'members', { userIds: ids });
    expect(added.items).toHaveLength(150);
    const { conversation } = await doInGroup(node, group, owner, 'GET');
    expect(conversation).toMatchObject({ memberCount: 153, rev: 4, lastSeq: 2 });
    expect(conversation.lastMessage.system).toEqual({
      kind: 'members_added',
      userIds: ids.slice(0, 100),
      count: 150,
    });
  });
});

it('settings are each member’s own: they take no rev, and nobody else sees or hears of them', async () => {
  const group = await aGroup(node);
  const [owner, ada] = group.people;
  const other = await connect('socket.io', node, owner);
  const set = (body: unknown) => doInGroup(node, group, ada, 'PATCH', 'settings', body);
  expect((await set({ muted: true, pinned: true })).conversation).toMatchObject({
    muted: true,
    pinned: true,
  });
  const { conversation } = await set({ pinned: false, archived: true });
  expect(conversation).toMatchObject({ muted: true, pinned: false, archived: true, rev: 2 });
  expect((await set({})).conversation).toEqual(conversation);
  expect((await doInGroup(node, group, owner, 'GET')).conversation).toMatchObject({
    muted: false,
    archived: false,
  });
  await send(node, ada, group.conversationId, 'The end');
  await other.untilMessages(1);
  expect(briefly(other.events)).toEqual(['message.created 3 The end']);
});

it('a name, a topic and a picture can be set, and the latter two taken away', async () => {
  const group = await aGroup(node);
  const [owner, ada] = group.people;
  const avatarUrl = 'https://example.org/a.png';
  await doInGroup(node, group, owner, 'PATCH', '', { name: 'Parsers', topic: 'LR(1)', avatarUrl });
  expect((await doInGroup(node, group, ada, 'GET')).conversation).toMatchObject({
    name: 'Parsers',
    topic: 'LR(1)',
    avatarUrl,
  });
  await doInGroup(node, group, owner, 'PATCH', '', { topic: null, avatarUrl: null });
  expect((await doInGroup(node, group, ada, 'GET')).conversation).toMatchObject({
    name: 'Parsers',
    topic: null,
    avatarUrl: null,
    lastSeq: 2,
  });
});
