import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPair, openDirect, range } from '../../support/chat.js';
import { closeClientsAfterEach, connect, connectSocket, doorNames } from '../../support/clients.js';
import { aGuest } from '../../support/groups.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { presenceOf, presencesOf, sayPresence, toldOf, untilTold } from '../../support/presence.js';
import { call, logIn, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  database = await createDatabase('presence');
  const shared = { DATABASE_URL: database.url, REDIS_PREFIX: uniquePrefix() };
  [here, there] = await Promise.all([startNode(shared), startNode(shared)]);
});

afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await database.drop();
});

closeClientsAfterEach();

it('by every door, direct partners hear of somebody who comes, leaves and speaks, once each time; strangers do not', async () => {
  const { alice, bob } = await aPair(here);
  const stranger = await registerUser(here);
  const partners = await Promise.all(doorNames.map((door) => connect(door, there, bob)));
  const others = await Promise.all(doorNames.map((door) => connect(door, there, stranger)));
  const socket = await connectSocket(here, alice);
  for (const client of partners) await untilTold(client, alice, 'online');
  const cameAt = Date.now();
  await sayPresence(there, alice, { status: 'busy', statusText: 'In a meeting' });
  for (const client of partners) await untilTold(client, alice, 'busy In a meeting');
  socket.close();
  for (const client of partners) {
    await untilTold(client, alice, 'offline In a meeting');
    expect(toldOf(client, alice)).toEqual(['online', 'busy In a meeting', 'offline In a meeting']);
    const { cursor, data } = client.presences.at(-1)!;
    expect(cursor).toBeNull();
    const { lastSeenAt } = data;
    expect(Date.parse(lastSeenAt)).toBeGreaterThanOrEqual(cameAt);
    expect(data).toEqual({
      userId: alice.id,
      status: 'offline',
      statusText: 'In a meeting',
      lastSeenAt,
    });
    expect(await presenceOf(there, bob, alice)).toEqual({ ...data, devices: [] });
  }
  expect(others.map((client) => toldOf(client, alice))).toEqual([[], [], []]);
});

it('by every door, somebody is there as long as their connection lives; a poll counts for 20 s more', async () => {
  const pairs = await Promise.all(doorNames.map(async (door) => ({ door, ...(await aPair(here)) })));
  const connected = await Promise.all(
    pairs.map(async (pair) => ({
      ...pair,
      watcher: await connectSocket(here, pair.bob),
      client: await connect(pair.door, there, pair.alice),
    })),
  );
  for (const { door, alice, bob, watcher } of connected) {
    await untilTold(watcher, alice, 'online');
    expect(await presenceOf(here, bob, alice)).toMatchObject({
      status: 'online',
      devices: [{ door, idle: false }],
    });
  }
  for (const { client } of connected) client.close();
  for (const { alice, bob, watcher } of connected) {
    await untilTold(watcher, alice, 'offline', 30_000);
    expect((await presenceOf(there, bob, alice)).devices).toEqual([]);
  }
}, 60_000);

it('a client that comes back soon, on whichever node, was never away', async () => {
  const { alice, bob } = await aPair(here);
  const dora = await registerUser(here);
  await openDirect(here, bob, dora);
  const watcher = await connectSocket(there, bob);
  const [first, leaving] = [await connectSocket(here, alice), await connectSocket(here, dora)];
  for (const user of [alice, dora]) await untilTold(watcher, user, 'online');
  first.kill();
  await expect.poll(async () => (await presenceOf(here, bob, alice)).devices, { timeout: 5_000 }).toEqual([]);
  expect((await presenceOf(there, bob, alice)).status).toBe('online');
  await connectSocket(there, alice);
  // Whoever leaves after that is announced later than Alice would have been.
  leaving.close();
  await untilTold(watcher, dora, 'offline');
  await sayPresence(here, alice, { status: 'online', statusText: 'Back' });
  await untilTold(watcher, alice, 'online Back');
  expect(toldOf(watcher, alice)).toEqual(['online', 'online Back']);
});

it('connections that open and vanish all the time are no news, before the last has vanished', async () => {
  const { alice, bob } = await aPair(here);
  const watcher = await connectSocket(there, bob);
  const staying = await connectSocket(here, alice);
  await untilTold(watcher, alice, 'online');
  const first = await connectSocket(here, alice);
  await untilTold(watcher, alice, 'online');
  first.kill();
  for (let i = 0; i < 30; i += 1) (await connectSocket(i % 2 ? here : there, alice)).kill();
  staying.kill();
  await untilTold(watcher, alice, 'offline');
  expect(toldOf(watcher, alice)).toEqual(['online', 'offline']);
});

describe('several devices', () => {
  it('are one status: away when nobody is at any of them, whichever doors and sessions they use', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(there, bob);
    const [phone, laptop] = [await logIn(here, alice.username), await logIn(here, alice.username)];
    const sockets = [await connectSocket(here, alice), await connectSocket(there, alice)] as const;
    await connect('sse', here, phone);
    await connect('poll', there, laptop);
    await untilTold(watcher, alice, 'online');
    const devices = (...idle: boolean[]) =>
      ['poll', 'socket.io', 'socket.io', 'sse'].map((door, i) => ({ door, idle: idle[i] }));
    const seen = async () => {
      const presence = await presenceOf(here, bob, alice);
      presence.devices.sort((a: { door: string; idle: boolean }, b: { door: string; idle: boolean }) =>
        `${a.door} ${a.idle}`.localeCompare(`${b.door} ${b.idle}`),
      );
      return presence;
    };
    expect(await seen()).toMatchObject({ status: 'online', devices: devices(false, false, false, false) });
    await sockets[0].command('presence.set', { status: 'away' });
    expect(await seen()).toMatchObject({ status: 'online', devices: devices(false, false, true, false) });
    await sayPresence(there, phone, { status: 'away' });
    await sayPresence(here, laptop, { status: 'away' });
    expect(await seen()).toMatchObject({ status: 'online', devices: devices(true, false, true, true) });
    await sockets[1].command('presence.set', { status: 'away' });
    await untilTold(watcher, alice, 'away');
    expect(await seen()).toMatchObject({ status: 'away', devices: devices(true, true, true, true) });
    await sayPresence(here, phone, { status: 'online' });
    await untilTold(watcher, alice, 'online');
    expect(toldOf(watcher, alice)).toEqual(['online', 'away', 'online']);
  });

  it('are spoken for by whoever has none in their session', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(here, bob);
    await connectSocket(there, alice);
    const elsewhere = await logIn(here, alice.username);
    expect(await sayPresence(here, elsewhere, { status: 'away' })).toMatchObject({ status: 'away' });
    await untilTold(watcher, alice, 'away');
  });

  it('hear what one of them has said for all', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(here, bob);
    const [one, other] = [await connectSocket(here, alice), await connectSocket(there, alice)];
    const { data } = await one.command('presence.set', { status: 'invisible', statusText: 'Ssh' });
    expect(data.presence).toMatchObject({ userId: alice.id, status: 'invisible', statusText: 'Ssh' });
    await untilTold(other, alice, 'invisible Ssh');
    await one.command('presence.set', { status: 'invisible' });
    await one.command('presence.set', { status: 'busy' });
    await untilTold(other, alice, 'busy Ssh');
    await untilTold(watcher, alice, 'busy Ssh');
    expect(toldOf(other, alice)).toEqual(['invisible Ssh', 'busy Ssh']);
  });
});

describe('invisible', () => {
  it('is offline to others, without devices, and as if one had left then', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(there, bob);
    const first = await connectSocket(here, alice);
    await untilTold(watcher, alice, 'online');
    await first.command('presence.set', { status: 'invisible' });
    await untilTold(watcher, alice, 'offline');
    const hidden = await presenceOf(here, bob, alice);
    expect(hidden).toEqual({ ...watcher.presences.at(-1)?.data, devices: [] });
    expect(hidden.lastSeenAt).not.toBeNull();
    expect(await presenceOf(here, alice, alice)).toMatchObject({
      status: 'invisible',
      devices: [{ door: 'socket.io' }],
    });
    // Coming and going is not seen either, nor does it show as a later time.
    const second = await connectSocket(there, alice);
    for (const socket of [first, second]) socket.close();
    await expect.poll(async () => (await presenceOf(here, alice, alice)).devices).toEqual([]);
    const again = await connectSocket(there, alice);
    await again.command('presence.set', { status: 'online' });
    await untilTold(watcher, alice, 'online');
    expect(toldOf(watcher, alice)).toEqual(['online', 'offline', 'online']);
    expect(watcher.presences.at(-1)?.data.lastSeenAt).toBe(hidden.lastSeenAt);
  });

  it('ends with the next thing that is said, on whichever device', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(there, bob);
    const socket = await connectSocket(here, alice);
    for (const [status, seen] of [
      ['busy', 'busy'],
      ['away', 'away'],
      ['invisible', 'offline'],
      ['away', 'away'],
      ['offline', 'offline'],
      ['online', 'online'],
    ] as const) {
      expect((await socket.command('presence.set', { status })).data.presence.status).toBe(status);
      await untilTold(watcher, alice, seen);
    }
  });
});

describe('a status text', () => {
  it('ends by itself when it is to, also of somebody who is not there', async () => {
    const { alice, bob } = await aPair(here);
    const watcher = await connectSocket(there, bob);
    const statusTextUntil = new Date(Date.now() + 6_000).toISOString();
    const said = await sayPresence(here, alice, { status: 'online', statusText: 'Lunch', statusTextUntil });
    expect(said).toMatchObject({ status: 'offline', statusText: 'Lunch', statusTextUntil });
    await untilTold(watcher, alice, 'offline Lunch');
    await untilTold(watcher, alice, 'offline');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(statusTextUntil));
    expect(toldOf(watcher, alice)).toEqual(['offline Lunch', 'offline']);
    expect(await presenceOf(here, bob, alice)).toMatchObject({ statusText: null, lastSeenAt: null });
    expect(await presenceOf(here, alice, alice)).toMatchObject({ statusText: null, statusTextUntil: null });
  });

  it('stays until it is said otherwise', async () => {
    const { alice, bob } = await aPair(here);
    const text = async () => (await presenceOf(there, bob, alice)).statusText;
    await sayPresence(here, alice, { status: 'online', statusText: 'Hi' });
    await sayPresence(here, alice, { status: 'busy' });
    expect(await text()).toBe('Hi');
    await sayPresence(here, alice, { status: 'busy', statusText: ' ' });
    expect(await text()).toBeNull();
  });
});

it('whoever hides when they were there last hides it everywhere', async () => {
  const { alice, bob } = await aPair(here);
  const watcher = await connectSocket(there, bob);
  await sayPresence(here, alice, { status: 'online', showsLastSeen: false });
  const socket = await connectSocket(here, alice);
  await untilTold(watcher, alice, 'online');
  socket.close();
  await untilTold(watcher, alice, 'offline');
  expect(watcher.presences.at(-1)?.data.lastSeenAt).toBeNull();
  expect((await presenceOf(here, bob, alice)).lastSeenAt).toBeNull();
  expect(await presenceOf(here, alice, alice)).toMatchObject({
    showsLastSeen: false,
    lastSeenAt: expect.any(String),
  });
});

it('who is not known is left out; each is told once, in the order of the question; without one, oneself', async () => {
  const { alice, bob } = await aPair(here);
  const ids = [bob.id, 'nonsense', '1', '9'.repeat(19), bob.id, alice.id].map((id) => ({ id }));
  const items = await presencesOf(here, alice, ...ids);
  expect(items.map(({ userId }) => userId)).toEqual([bob.id, alice.id]);
  expect(await presencesOf(here, alice)).toEqual([]);
  const { body } = await call(here, 'GET /v1/presence', alice);
  expect(body.items).toEqual([await presenceOf(here, alice, alice)]);
});

it('whoever has somebody among their contacts hears of them, and sees them in the list; not the other way round', async () => {
  const [holder, held] = [await registerUser(here), await registerUser(here)];
  await call(here, `PUT /v1/contacts/${held.id}`, { token: holder.token, body: {} });
  const watcher = await connectSocket(there, holder);
  const socket = await connectSocket(here, held);
  await untilTold(watcher, held, 'online');
  await socket.command('presence.set', { status: 'busy', statusText: 'Hi' });
  await untilTold(watcher, held, 'busy Hi');
  expect(toldOf(socket, holder)).toEqual([]);
  const { body } = await call(there, 'GET /v1/contacts', holder);
  const { userId, ...presence } = await presenceOf(here, holder, held);
  expect(userId).toBe(held.id);
  expect(body.items.map((contact: { presence: object }) => contact.presence)).toEqual([presence]);
});

it.each(doorNames)(
  'news of many at once come all of them by %s, also to one who takes few at a time',
  async (door) => {
    const [bob, guests] = [await registerUser(here), await Promise.all(range(1, 40).map(() => aGuest(here)))];
    for (const guest of guests) await openDirect(here, bob, guest);
    const watcher = await connect(door, there, bob, { limit: 7 });
    watcher.pause();
    for (const guest of guests) await sayPresence(here, guest, { status: 'online', statusText: 'One' });
    for (const guest of guests) await sayPresence(here, guest, { status: 'online', statusText: 'Two' });
    watcher.resume();
    for (const guest of guests) await untilTold(watcher, guest, 'offline Two');
  },
);

it('guests see themselves and whom they share a conversation with', async () => {
  const { alice, bob } = await aPair(here);
  const guest = await aGuest(here);
  const seen = async () => (await presencesOf(here, guest, alice, bob, guest)).map(({ userId }) => userId);
  expect(await seen()).toEqual([guest.id]);
  await openDirect(here, alice, guest);
  expect(await seen()).toEqual([alice.id, guest.id]);
});
