import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Watches } from '../../../src/mailbox/watches.js';
import { aPair, openDirect, range } from '../../support/chat.js';
import { closeClientsAfterEach, connectSocket } from '../../support/clients.js';
import { aGuest } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import {
  presenceOf,
  presencesOf,
  sayPresence,
  setPresence,
  toldOf,
  untilTold,
} from '../../support/presence.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('subscriptions');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

const watchesOf = ({ app }: TestNode): number => app.get(Watches).count;

it('a connection hears of whom it watches, from how they are on, and nobody else does', async () => {
  const [alice, bob] = [await registerUser(here), await registerUser(here)];
  const [watcher, second] = [await connectSocket(there, bob), await connectSocket(there, bob)];
  const subscribe = () => watcher.command('presence.subscribe', { userIds: [alice.id, alice.id] });
  const nobody = { userId: alice.id, status: 'offline', statusText: null, lastSeenAt: null, devices: [] };
  expect(await subscribe()).toEqual({ ok: true, data: { items: [nobody] } });
  const socket = await connectSocket(here, alice);
  await untilTold(watcher, alice, 'online');
  const { data } = await subscribe();
  expect(data.items).toEqual([await presenceOf(here, bob, alice)]);
  await socket.command('presence.set', { status: 'busy' });
  await untilTold(watcher, alice, 'busy');
  expect(await watcher.command('presence.unsubscribe', { userIds: [alice.id, 'nonsense', '1'] })).toEqual({
    ok: true,
    data: {},
  });
  await second.command('presence.subscribe', { userIds: [alice.id] });
  await socket.command('presence.set', { status: 'away' });
  await untilTold(second, alice, 'away');
  expect([toldOf(watcher, alice), toldOf(second, alice)]).toEqual([['online', 'busy'], ['away']]);
});

it('whoever hears of a partner anyway hears it once, and also when they watch no more', async () => {
  const { alice, bob } = await aPair(here);
  const watcher = await connectSocket(there, bob);
  await watcher.command('presence.subscribe', { userIds: [alice.id] });
  const socket = await connectSocket(here, alice);
  await untilTold(watcher, alice, 'online');
  await watcher.command('presence.unsubscribe', { userIds: [alice.id] });
  await socket.command('presence.set', { status: 'busy' });
  await untilTold(watcher, alice, 'busy');
  expect(toldOf(watcher, alice)).toEqual(['online', 'busy']);
});

it('whom a block keeps apart see each other as if they never came, and hear nothing', async () => {
  const { alice, bob } = await aPair(here);
  const [ann, ben] = [await connectSocket(here, alice), await connectSocket(there, bob)];
  const witness = await registerUser(here);
  await openDirect(here, witness, alice);
  await openDirect(here, witness, bob);
  const seer = await connectSocket(here, witness);
  await sayPresence(here, alice, { status: 'busy', statusText: 'Before' });
  await untilTold(ben, alice, 'busy Before');
  await ben.command('presence.subscribe', { userIds: [alice.id] });
  await call(here, `PUT /v1/blocks/${bob.id}`, { token: alice.token });
  const [toldAnn, toldBen] = [toldOf(ann, bob), toldOf(ben, alice)];
  for (const [client, user, other] of [
    [ann, alice, bob],
    [ben, bob, alice],
  ] as const) {
    const nobody = { userId: other.id, status: 'offline', statusText: null, lastSeenAt: null, devices: [] };
    expect(await presencesOf(there, user, other)).toEqual([nobody]);
    const { data } = await client.command('presence.subscribe', { userIds: [other.id] });
    expect(data.items).toEqual([nobody]);
    await sayPresence(here, user, { status: 'online', statusText: 'After' });
    await untilTold(seer, user, 'online After');
  }
  expect([toldOf(ann, bob), toldOf(ben, alice)]).toEqual([toldAnn, toldBen]);
});

describe('what can’t be', () => {
  it.each([
    ['no ids', { userIds: [] }, []],
    ['ids that are none', { userIds: ['nonsense', '0', '-1', '9'.repeat(30), '1'] }, []],
  ])('%s: nothing is watched', async (_, input, items) => {
    const socket = await connectSocket(here, await registerUser(here));
    expect(await socket.command('presence.subscribe', input)).toEqual({ ok: true, data: { items } });
    expect(watchesOf(here)).toBe(0);
  });

  it.each([
    ['no list', {}],
    ['a text', { userIds: '1' }],
    ['numbers', { userIds: [1] }],
    ['more than there is', { userIds: [], all: true }],
  ])('%s is refused', async (_, input) => {
    const socket = await connectSocket(here, await registerUser(here));
    for (const command of ['presence.subscribe', 'presence.unsubscribe'])
      expect((await socket.command(command, input)).error.code).toBe('request.invalid');
  });

  it.each([
    ['no status', {}],
    ['an unknown one', { status: 'sleeping' }],
    ['a text that is none', { status: 'online', statusText: 7 }],
    ['a text of 201 characters', { status: 'online', statusText: 'x'.repeat(201) }],
    ['a text with NUL', { status: 'online', statusText: 'a\u0000b' }],
    [
      'an end that is past',
      { status: 'online', statusText: 'x', statusTextUntil: '2020-01-01T00:00:00.000Z' },
    ],
    ['an end that is none', { status: 'online', statusText: 'x', statusTextUntil: 'soon' }],
    ['an end of no text', { status: 'online', statusTextUntil: '2099-01-01T00:00:00.000Z' }],
    ['an unknown field', { status: 'online', devices: [] }],
  ])('%s is refused by both doors, and changes nothing', async (_, input) => {
    const user = await registerUser(here);
    const socket = await connectSocket(here, user);
    const before = await presenceOf(here, user, user);
    expect((await socket.command('presence.set', input)).error.code).toBe('request.invalid');
    const { status, body } = await setPresence(here, user, input);
    expect([status, body.code]).toEqual([400, 'request.invalid']);
    expect(await presenceOf(here, user, user)).toEqual(before);
  });

  it('a text of a megabyte is too large', async () => {
    const user = await registerUser(here);
    const { body } = await setPresence(here, user, { status: 'online', statusText: 'x'.repeat(1_000_000) });
    expect(body.code).toBe('request.too_large');
  });

  it('10,000 users are too many to watch, and 501 too many to ask about', async () => {
    const user = await registerUser(here);
    const socket = await connectSocket(here, user);
    const subscribe = (userIds: string[]) => socket.command('presence.subscribe', { userIds });
    const unknown = range(1, 10_000).map(String);
    expect((await subscribe(unknown)).error).toMatchObject({
      code: 'subscriptions.too_many',
      status: 409,
    });
    expect((await subscribe(unknown.slice(0, 501))).ok).toBe(false);
    expect((await subscribe(unknown.slice(0, 500))).ok).toBe(true);
    const query = `GET /v1/presence?userIds=${unknown.slice(0, 501).join()}` as const;
    expect((await call(here, query, user)).body.code).toBe('request.invalid');
  });
});

describe('a node that allows two', () => {
  let small: TestNode;
  beforeAll(async () => {
    small = await startNode({ DATABASE_URL: database.url, PRESENCE_SUBSCRIPTIONS: '2' });
  });
  afterAll(() => small.stop());

  it('counts them by connection, each user once, and frees what is forgotten', async () => {
    const user = await registerUser(small);
    const [a, b, c] = await Promise.all(range(1, 3).map(() => registerUser(small)));
    const [one, other] = [await connectSocket(small, user), await connectSocket(small, user)];
    const subscribe = async (...userIds: (string | undefined)[]) =>
      (await one.command('presence.subscribe', { userIds })).ok;
    expect(await subscribe(a?.id, b?.id)).toBe(true);
    expect(await subscribe(b?.id, a?.id)).toBe(true);
    expect(await subscribe(c?.id)).toBe(false);
    expect((await other.command('presence.subscribe', { userIds: [c?.id] })).ok).toBe(true);
    await one.command('presence.unsubscribe', { userIds: [a?.id] });
    expect(await subscribe(c?.id)).toBe(true);
    expect(watchesOf(small)).toBe(3);
  });

  it('lets no two commands in together where there is room for one', async () => {
    const socket = await connectSocket(small, await registerUser(small));
    const users = await Promise.all(range(1, 4).map(() => registerUser(small)));
    const ids = users.map(({ id }) => id);
    const answers = await Promise.all(
      [ids.slice(0, 2), ids.slice(2)].map((userIds) => socket.command('presence.subscribe', { userIds })),
    );
    expect(answers.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
  });

  it('keeps nothing of a connection that is gone, also where its commands are still under way', async () => {
    const user = await registerUser(small);
    for (let i = 0; i < 20; i += 1) {
      const socket = await connectSocket(small, user);
      void socket.command('presence.subscribe', { userIds: [user.id] }).catch(() => undefined);
      socket.kill();
    }
    await expect.poll(() => watchesOf(small), { timeout: 10_000 }).toBe(0);
  });
});

it('guests watch whom they share a conversation with', async () => {
  const { alice, bob } = await aPair(here);
  const guest = await aGuest(here);
  await openDirect(here, alice, guest);
  const socket = await connectSocket(there, guest);
  const { data } = await socket.command('presence.subscribe', { userIds: [alice.id, bob.id] });
  expect(data.items.map(({ userId }: { userId: string }) => userId)).toEqual([alice.id]);
  const witness = await connectSocket(here, alice);
  await connectSocket(here, bob);
  await untilTold(witness, bob, 'online');
  await untilTold(socket, alice, 'online');
  expect(toldOf(socket, bob)).toEqual([]);
});
