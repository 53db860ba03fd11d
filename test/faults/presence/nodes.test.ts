import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CommandsRedis } from '../../../src/platform/redis/redis.clients.js';
import { Announcements } from '../../../src/presence/announcements.js';
import { openDirect, range } from '../../support/chat.js';
import {
  type ChatClient,
  type SocketIoClient,
  closeClientsAfterEach,
  connect,
  connectSocket,
} from '../../support/clients.js';
import { type TestNode, startNode, uniquePrefix } from '../../support/node.js';
import { presenceOf, presencesOf, sayPresence, toldOf, untilTold } from '../../support/presence.js';
import { loseRedisData } from '../../support/redis-loss.js';
import { type TestUser, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';
import { SpawnedNode } from '../../support/spawned-node.js';

let database: TestDatabase;
let settings: Record<string, string>;
/** The one that dies, in a process of its own. */
let dying: SpawnedNode;
let second: TestNode;
let third: TestNode;

beforeAll(async () => {
  database = await createDatabase('presence_nodes');
  settings = {
    DATABASE_URL: database.url,
    REDIS_PREFIX: uniquePrefix(),
    // Whoever comes back within it was never away.
    NODE_LEASE_SECONDS: '6',
    DRAIN_SECONDS: '1',
  };
  [second, third] = await Promise.all([startNode(settings), startNode(settings)]);
});

closeClientsAfterEach();

afterEach(() => dying.stop());

afterAll(async () => {
  await Promise.all([second.stop(), third.stop()]);
  await database.drop();
});

/** Users, and two who hear of them: one by their direct conversations, one who watches. */
async function aCrowd(size: number): Promise<{ crowd: TestUser[]; witnesses: SocketIoClient[] }> {
  const [partner, stranger] = [await registerUser(second), await registerUser(second)];
  const crowd = await Promise.all(range(1, size).map(() => registerUser(second)));
  for (const user of crowd) await openDirect(second, partner, user);
  const witnesses = [await connectSocket(second, partner), await connectSocket(third, stranger)];
  const userIds = crowd.map(({ id }) => id);
  await witnesses[1]?.command('presence.subscribe', { userIds });
  return { crowd, witnesses };
}

/** What comes after this has not overtaken what was told before: whoever it is, their news are the last. */
async function untilAfter(witnesses: ChatClient[], last: TestUser): Promise<void> {
  await sayPresence(second, last, { status: 'online', statusText: 'the last' });
  for (const witness of witnesses)
    await witness.until(
      'is told the last',
      () => toldOf(witness, last).at(-1)?.endsWith('the last') ?? false,
    );
}

/** All that was told is on record in MySQL. */
async function untilOnRecord(): Promise<void> {
  const redis = second.app.get<Redis>(CommandsRedis);
  const notes = () => redis.keys(`${settings.REDIS_PREFIX}*:told`);
  await expect.poll(notes, { timeout: 20_000 }).toEqual([]);
}

const toldOfAll = (witness: ChatClient, users: TestUser[]): string[][] =>
  users.map((user) => toldOf(witness, user));

it('all users of a node that is killed are offline, each told once; but for those who are there elsewhere, or come back', async () => {
  dying = await SpawnedNode.start(settings);
  const { crowd, witnesses } = await aCrowd(24);
  const gone = crowd.slice(0, 16);
  const [elsewhere, back, last] = [crowd.slice(16, 19), crowd.slice(19, 23), crowd[23]!];
  await Promise.all([...gone, ...elsewhere, ...back].map((user) => connect('socket.io', dying, user)));
  await Promise.all(elsewhere.map((user) => connect('sse', third, user)));
  for (const witness of witnesses)
    for (const user of [...gone, ...elsewhere, ...back]) await untilTold(witness, user, 'online');
  dying.kill('SIGKILL');
  await Promise.all(back.map((user) => connect('socket.io', second, user)));
  for (const witness of witnesses) for (const user of gone) await untilTold(witness, user, 'offline', 20_000);
  await untilAfter(witnesses, last);
  for (const witness of witnesses) {
    expect(toldOfAll(witness, gone)).toEqual(gone.map(() => ['online', 'offline']));
    expect(toldOfAll(witness, [...elsewhere, ...back])).toEqual(range(1, 7).map(() => ['online']));
  }
  const seen = await presencesOf(third, last, ...crowd);
  expect(seen.map(({ status, devices }) => `${status} ${devices.length}`)).toEqual([
    ...gone.map(() => 'offline 0'),
    ...range(1, 7).map(() => 'online 1'),
    'offline 0',
  ]);
}, 60_000);

it('a node that restarts is no news of those who come back, by whichever node', async () => {
  dying = await SpawnedNode.start(settings);
  const { crowd, witnesses } = await aCrowd(6);
  const clients = await Promise.all(crowd.map((user) => connect('socket.io', dying, user)));
  for (const witness of witnesses) for (const user of crowd) await untilTold(witness, user, 'online');
  dying.kill('SIGTERM');
  const [leaves, ...stay] = crowd;
  await Promise.all(
    clients.map(async (client, i) => {
      await client.until('is sent away', () => client.isClosed);
      if (i > 0) await connect('socket.io', i % 2 ? second : third, () => crowd[i]!.token);
    }),
  );
  for (const witness of witnesses) await untilTold(witness, leaves!, 'offline');
  await untilAfter(witnesses, leaves!);
  for (const witness of witnesses) expect(toldOfAll(witness, stay)).toEqual(stay.map(() => ['online']));
}, 60_000);

describe('a node that dies while it tells', () => {
  it.each([
    ['die-before-telling', 'and has told nobody: another one does'],
    ['die-before-record', 'and has told all: nobody does it again'],
  ])(
    '%s %s',
    async (statusText) => {
      const looks = [second, third].map(({ app }) => app.get(Announcements));
      const { crowd, witnesses } = await aCrowd(2);
      const [user, last] = crowd as [TestUser, TestUser];
      dying = await SpawnedNode.start(settings, { preload: dyingPreload });
      for (const look of looks) look.onApplicationShutdown();
      await sayPresence(second, user, { status: 'online', statusText });
      expect(await dying.exit()).toBeNull();
      for (const look of looks) look.onApplicationBootstrap();
      for (const witness of witnesses) await untilTold(witness, user, `offline ${statusText}`, 20_000);
      // Taken over meanwhile, or after this: either way only what is new is told.
      await sayPresence(third, user, { status: 'online', statusText: 'after' });
      for (const witness of witnesses) await untilTold(witness, user, 'offline after', 20_000);
      await untilAfter(witnesses, last);
      for (const witness of witnesses)
        expect(toldOf(witness, user)).toEqual([`offline ${statusText}`, 'offline after']);
    },
    60_000,
  );
});

it('when Redis was emptied, nobody who is still there is news, idle or not, and nobody stays as a ghost', async () => {
  dying = await SpawnedNode.start(settings);
  const { crowd, witnesses } = await aCrowd(5);
  const [stays, idles, ghost, hides, last] = crowd as [TestUser, TestUser, TestUser, TestUser, TestUser];
  await connectSocket(second, stays);
  const idle = await connectSocket(third, idles);
  const hidden = await connectSocket(third, hides);
  await connectSocket(dying, ghost);
  for (const witness of witnesses)
    for (const user of [stays, idles, ghost, hides]) await untilTold(witness, user, 'online');
  await idle.command('presence.set', { status: 'away' });
  await hidden.command('presence.set', { status: 'invisible' });
  for (const witness of witnesses) {
    await untilTold(witness, idles, 'away');
    await untilTold(witness, hides, 'offline');
  }
  await untilOnRecord();
  dying.kill('SIGKILL');
  await loseRedisData(second);
  for (const witness of witnesses) await untilTold(witness, ghost, 'offline', 20_000);
  await untilAfter(witnesses, last);
  for (const witness of witnesses) {
    expect(toldOfAll(witness, [stays, idles, ghost, hides])).toEqual([
      ['online'],
      ['online', 'away'],
      ['online', 'offline'],
      ['online', 'offline'],
    ]);
  }
  expect(await presenceOf(second, last, stays)).toMatchObject({
    status: 'online',
    devices: [{ idle: false }],
  });
  expect(await presenceOf(second, last, idles)).toMatchObject({ status: 'away', devices: [{ idle: true }] });
}, 60_000);

/** Kills the process when it is about to publish, or to put on record, what says so. */
const dyingPreload = `data:text/javascript,${encodeURIComponent(`
  import { Socket } from 'node:net';
  const write = Socket.prototype.write;
  const check = (data) => {
    const text = Buffer.isBuffer(data) || typeof data === 'string' ? data.toString() : '';
    const tells = text.includes('die-before-telling') && text.includes('evalsha');
    const records = text.includes('die-before-record') && text.includes('INSERT INTO presences');
    if (tells || records) process.kill(process.pid, 'SIGKILL');
  };
  Socket.prototype.write = function (data, ...rest) { check(data); return write.call(this, data, ...rest); };
`)}`;
