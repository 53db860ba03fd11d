import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PATH,
  aPublisher,
  change,
  currentFor,
  publish,
  published,
  recall,
  statsOf,
} from '../../support/broadcasts.js';
import { closeClientsAfterEach, connect } from '../../support/clients.js';
import { aGroup, aGuest, doInGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let admin: TestUser;
let ada: TestUser;

beforeAll(async () => {
  database = await createDatabase('publishing');
  node = await startNode({ DATABASE_URL: database.url });
  admin = await aPublisher(node);
  ada = await registerUser(node);
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

closeClientsAfterEach();

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const toAda = () => ({ audience: { userIds: [ada.id] } });
const countAll = async () =>
  (await call(node, `GET ${PATH}?scope=all`, { token: admin.token })).body.items.length;

describe('what can’t be a broadcast is refused, and nothing is sent', () => {
  const depth = (levels: number): object => (levels === 0 ? { all: true } : { not: depth(levels - 1) });
  it.each([
    ['without an audience', { body: 'x' }, 400, 'request.invalid'],
    ['for nobody', { body: 'x', audience: { userIds: [] } }, 400, 'request.invalid'],
    ['for no role', { body: 'x', audience: { roles: [] } }, 400, 'request.invalid'],
    ['for a role that nobody has', { body: 'x', audience: { roles: ['moderator'] } }, 400, 'request.invalid'],
    ['for everybody but everybody', { body: 'x', audience: { not: { all: true } } }, 400, 'request.invalid'],
    ['for an unknown role', { body: 'x', audience: { roles: ['pirate'] } }, 400, 'request.invalid'],
    [
      'for two rules at once',
      { body: 'x', audience: { all: true, roles: ['user'] } },
      400,
      'request.invalid',
    ],
    ['for all, untrue', { body: 'x', audience: { all: false } }, 400, 'request.invalid'],
    ['for an unknown user', { body: 'x', audience: { userIds: ['1'] } }, 404, 'user.not_found'],
    ['for a malformed user', { body: 'x', audience: { userIds: ['1 OR 1'] } }, 404, 'user.not_found'],
    [
      'for a user deep inside',
      { body: 'x', audience: { or: [{ not: { userIds: ['7'] } }] } },
      404,
      'user.not_found',
    ],
    [
      'for an unknown conversation',
      { body: 'x', audience: { conversationIds: ['1'] } },
      404,
      'conversation.not_found',
    ],
    ['with an entangled audience', { body: 'x', audience: depth(6) }, 400, 'request.invalid'],
    [
      'with a huge audience',
      { body: 'x', audience: { or: Array.from({ length: 21 }, () => ({ all: true })) } },
      400,
      'request.invalid',
    ],
    ['without a body', { audience: { all: true } }, 400, 'request.invalid'],
    ['with a blank body', { body: ' \n', audience: { all: true } }, 400, 'request.invalid'],
    [
      'with a body that is too long',
      { body: 'é'.repeat(8_193), audience: { all: true } },
      413,
      'broadcast.too_long',
    ],
    [
      'with a body over all limits',
      { body: 'x'.repeat(70_000), audience: { all: true } },
      413,
      'request.too_large',
    ],
    ['with an unknown level', { body: 'x', audience: { all: true }, level: 'loud' }, 400, 'request.invalid'],
    [
      'with a link to a script',
      { body: 'x', audience: { all: true }, link: 'javascript:alert(1)' },
      400,
      'request.invalid',
    ],
    [
      'with an end in the past',
      { body: 'x', audience: { all: true }, expiresAt: '2020-01-01T00:00:00Z' },
      400,
      'request.invalid',
    ],
    [
      'with an end before the start',
      { body: 'x', audience: { all: true }, startsAt: inMs(7_200_000), expiresAt: inMs(3_600_000) },
      400,
      'request.invalid',
    ],
    [
      'with a start that is no time',
      { body: 'x', audience: { all: true }, startsAt: 'soon' },
      400,
      'request.invalid',
    ],
    ['with NUL', { body: 'a\u0000b', audience: { all: true } }, 400, 'request.invalid'],
    ['with an unknown field', { body: 'x', audience: { all: true }, colour: 'red' }, 400, 'request.invalid'],
  ])('%s', async (_, body, status, code) => {
    const before = await countAll();
    const reply = await publish(node, admin, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    if (status === 400) expect(reply.body.errors[0]).toMatchObject({ path: expect.any(String) });
    expect(await countAll()).toBe(before);
  });

  it('by anybody but admins and services', async () => {
    const guest = await aGuest(node);
    for (const user of [ada, guest]) {
      const reply = await publish(node, user, { body: 'x', audience: { all: true } });
      expect([reply.status, reply.body.code]).toEqual([403, 'auth.not_allowed']);
    }
    expect((await publish(node, { token: 'nonsense' }, { body: 'x', audience: { all: true } })).status).toBe(
      401,
    );
  });
});

it('a double click publishes once, also at the same moment', async () => {
  const body = { body: 'Once', ...toAda() };
  const headers = { 'idempotency-key': 'double-click' };
  const replies = await Promise.all([1, 2, 3].map(() => publish(node, admin, body, headers)));
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
  const ids = new Set(replies.map((reply) => reply.body.broadcast.id));
  expect(ids.size).toBe(1);
  const again = await publish(node, admin, body, headers);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body.broadcast.id).toBe([...ids][0]);
  expect((await publish(node, admin, { ...body, body: 'Twice' }, headers)).status).toBe(422);
  expect((await currentFor(node, ada)).filter((id) => ids.has(id))).toHaveLength(1);
});

it('a service publishes with its API key', async () => {
  const made = await call(node, 'POST /v1/api-keys', {
    token: admin.token,
    body: { name: 'Status page', username: 'status' },
  });
  const key = { token: made.body.key };
  const { id } = await published(node, key, toAda());
  expect(await currentFor(node, ada)).toContain(id);
  expect(await statsOf(node, key, id)).toEqual({ audience: 1, delivered: 0, acknowledged: 0 });
});

it('an audience is previewed, whoever is in it', async () => {
  const group = await aGroup(node);
  const preview = async (audience: object) =>
    (await call(node, `POST ${PATH}/preview`, { token: admin.token, body: { audience } })).body.count;
  const members = { conversationIds: [group.conversationId] };
  expect(await preview(members)).toBe(3);
  expect(await preview({ and: [members, { not: { userIds: [group.people[1].id] } }] })).toBe(2);
  expect(await preview({ or: [members, toAda().audience] })).toBe(4);
  expect(await preview({ and: [members, { roles: ['admin'] }] })).toBe(0);
});

it('members of a conversation see it, those who come later only where it is not fixed, and those who have left no more', async () => {
  const group = await aGroup(node);
  const [owner, bob] = group.people;
  const audience = { conversationIds: [group.conversationId] };
  const open = await published(node, admin, { audience });
  const fixed = await published(node, admin, { audience, isFixed: true });
  await doInGroup(node, group, owner, 'POST', 'members', { userIds: [ada.id] });
  await doInGroup(node, group, owner, 'DELETE', `members/${bob.id}`);
  const seenBy = async (user: TestUser) =>
    (await currentFor(node, user)).filter((id) => id === open.id || id === fixed.id);
  expect(await seenBy(owner)).toEqual([fixed.id, open.id]);
  expect(await seenBy(ada)).toEqual([open.id]);
  expect(await seenBy(bob)).toEqual([]);
  expect(await statsOf(node, admin, open.id)).toMatchObject({ audience: 3 });
  expect(await statsOf(node, admin, fixed.id)).toMatchObject({ audience: 2 });
});

it('what is for those who are connected goes to nobody else, and they are counted', async () => {
  const [here, away] = [await registerUser(node), await registerUser(node)];
  const client = await connect('socket.io', node, here);
  const audience = { userIds: [here.id, away.id] };
  const { id } = await published(node, admin, { audience, isForConnected: true });
  await client.until('has it', () => client.count('broadcast.published') > 0);
  await expect.poll(() => statsOf(node, admin, id)).toMatchObject({ audience: 1 });
  expect(await currentFor(node, away)).toEqual([]);
  await call(node, 'POST /v1/events/ack', { token: here.token, body: { cursor: client.cursor } });
  expect(await statsOf(node, admin, id)).toEqual({ audience: 1, delivered: 1, acknowledged: 0 });
});

describe('one with a later start', () => {
  it('waits, can be changed in every way, and is published in time', async () => {
    const bob = await registerUser(node);
    const { id, state } = await published(node, admin, { ...toAda(), startsAt: inMs(3_600_000) });
    expect(state).toBe('scheduled');
    expect(await currentFor(node, ada)).not.toContain(id);
    const client = await connect('sse', node, bob);
    const later = { body: 'Now', audience: { userIds: [bob.id] }, startsAt: inMs(1_500) };
    expect((await change(node, admin, id, later)).body.broadcast).toMatchObject({
      state: 'scheduled',
      body: 'Now',
    });
    await client.until('has it', () => client.count('broadcast.published') > 0);
    const [event] = client.ofType('broadcast.published');
    expect(event?.data.broadcast).toMatchObject({ id, body: 'Now' });
    expect(Date.parse(event?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(later.startsAt));
    const { body } = await call(node, `GET ${PATH}/${id}/actions`, { token: admin.token });
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual([
      'published',
      'changed',
      'created',
    ]);
  });

  it('is cancelled for good', async () => {
    const { id } = await published(node, admin, { ...toAda(), startsAt: inMs(2_000) });
    await recall(node, admin, id);
    const after = await published(node, admin, { ...toAda(), startsAt: inMs(2_100) });
    await expect.poll(() => currentFor(node, ada), { timeout: 10_000 }).toContain(after.id);
    expect(await currentFor(node, ada)).not.toContain(id);
    const { body } = await call(node, `GET ${PATH}/${id}`, { token: admin.token });
    expect(body.broadcast).toMatchObject({ state: 'cancelled', publishedAt: null });
  });
});
