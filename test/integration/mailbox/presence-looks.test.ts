import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectionIdOf } from '../../../src/mailbox/devices.js';
import { type Due, type PresenceNews, TAKEN_AT_ONCE } from '../../../src/mailbox/presence-looks.js';
import { shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { GRACE_MS, type Whereabout } from '../../../src/mailbox/whereabouts.js';
import { anId } from '../../support/builders.js';
import { Mailboxes } from './mailbox-fixture.js';

let mailboxes: Mailboxes;
let user: string;

beforeEach(async () => {
  mailboxes = new Mailboxes(inject('redisUrl'), { CONNECTIONS_PER_USER: '20' });
  await mailboxes.establish();
  user = anId();
});

afterEach(() => mailboxes.close());

const key = (name: string, userId = user): string =>
  `${shardPrefix(mailboxes.prefix, shardOf(userId))}${name}`;
const scoreIn = async (name: string): Promise<number> =>
  Number((await mailboxes.redis.zscore(key(name), user)) ?? Number.NaN);
/** As if the time had come. */
const makeDue = (userId = user) => mailboxes.redis.zadd(key('due', userId), 1, userId);
/** As if the node that took the user had died long ago: whoever takes the user next does it in another millisecond. */
async function makeAbandoned(): Promise<void> {
  const before = await redisTime();
  await expect.poll(redisTime, { interval: 1 }).toBeGreaterThan(before);
  await mailboxes.redis.zadd(key('taken'), 1, user);
}
async function redisTime(): Promise<number> {
  const [seconds, micros] = (await mailboxes.redis.time()).map(Number);
  return (seconds ?? 0) * 1000 + Math.floor((micros ?? 0) / 1000);
}
const close = (connection: string, graceMs: number, node = 'n1') =>
  mailboxes.store.close(user, connection, node, graceMs);
const where = async (): Promise<Whereabout | undefined> => (await mailboxes.whereabouts.of([user])).get(user);

async function taken(): Promise<Due> {
  const due = await mailboxes.looks.take();
  expect(due.map(({ userId }) => userId)).toEqual([user]);
  return due[0]!;
}

const settle = (due: Due, isNews = false, nextLookMs?: number) =>
  mailboxes.looks.settle([{ due, isNews, nextLookMs }]);

const newsOf = (due: Due, overrides: Partial<PresenceNews> = {}): PresenceNews => ({
  due,
  told: 'what was told',
  body: '"data":{}}',
  hearers: new Map(),
  except: [],
  ...overrides,
});

/** What nodes get to hear. */
async function listen(...nodes: string[]): Promise<{ heard: string[]; end: () => void }> {
  const subscription: Redis = mailboxes.redis.duplicate();
  const heard: string[] = [];
  subscription.on('smessage', (channel: string, text: string) => {
    heard.push(...text.split('\n').map((line) => `${channel.split(':').at(-1)} ${line}`));
  });
  await subscription.ssubscribe(...nodes.map((node) => key(`presence:${node}`)));
  return { heard, end: () => subscription.disconnect() };
}

describe('whoever', () => {
  it('connects is due at once, and looked at by one node alone, however many ask', async () => {
    await mailboxes.connect(user);
    const found = await Promise.all([1, 2, 3, 4, 5].map(() => mailboxes.looks.take()));
    expect(found.flat()).toMatchObject([
      { userId: user, devices: [{ door: 'socket.io', isIdle: false }], told: undefined },
    ]);
    await settle(found.flat()[0]!);
    expect(await mailboxes.looks.take()).toEqual([]);
  });

  it('is there already is looked at after the grace, when a further connection opens or one of several closes', async () => {
    await mailboxes.connect(user, 'c1');
    await settle(await taken());
    for (const change of [() => mailboxes.connect(user, 'c2'), () => close('c1', GRACE_MS)]) {
      const before = Date.now();
      await change();
      expect(await mailboxes.looks.take()).toEqual([]);
      expect(await scoreIn('due')).toBeGreaterThanOrEqual(before + GRACE_MS);
      await makeDue();
      await settle(await taken());
    }
  });

  it('comes back from before a loss is looked at after the grace: others may be coming back too', async () => {
    await mailboxes.store.open(mailboxes.epochOf(user), user, 'c1', 'n1', { isIdle: true, isAgain: true });
    expect(await mailboxes.looks.take()).toEqual([]);
    await makeDue();
    expect((await taken()).devices).toEqual([{ door: 'socket.io', isIdle: true }]);
  });

  it('has left counts as there during the grace, and is looked at after it; a return ends it', async () => {
    await mailboxes.connect(user);
    await settle(await taken());
    const before = Date.now();
    await close('c1', GRACE_MS);
    expect(await where()).toMatchObject({ devices: [], isLeaving: true });
    // Marked by something else meanwhile: it is still too early.
    await makeDue();
    expect(await mailboxes.looks.take()).toEqual([]);
    expect(await scoreIn('due')).toBeGreaterThanOrEqual(before + GRACE_MS);
    await mailboxes.redis.hset(key(`user:${user}`), 'stays', '1');
    await makeDue();
    const due = await taken();
    expect(due).toMatchObject({ devices: [], isLeaving: false });
    expect(due.leftMs).toBeGreaterThanOrEqual(before);
    await settle(due);
    await mailboxes.connect(user);
    expect(await taken()).toMatchObject({ leftMs: undefined, isLeaving: false });
  });

  it('a dead node has left behind is looked at at once', async () => {
    await mailboxes.connect(user);
    await settle(await taken());
    await mailboxes.store.sweep(shardOf(user), 'n1', 0);
    expect(await where()).toMatchObject({ devices: [], isLeaving: false });
    expect((await taken()).devices).toEqual([]);
  });

  it('changes while being looked at is looked at again', async () => {
    await mailboxes.connect(user);
    const due = await taken();
    await mailboxes.whereabouts.touch([user], 0);
    await settle(due);
    await settle(await taken());
    expect(await mailboxes.looks.take()).toEqual([]);
  });

  it('is to be looked at later by itself is so, or sooner when something happens', async () => {
    await mailboxes.connect(user);
    const before = Date.now();
    await settle(await taken(), false, 3_600_000);
    expect(await scoreIn('due')).toBeGreaterThanOrEqual(before + 3_600_000);
    await mailboxes.whereabouts.touch([user], 0);
    await taken();
  });
});

describe('news', () => {
  it('come to each node with those of its users who are told, with what they have told noted until it is on record', async () => {
    await mailboxes.store.beat('n3', 60_000, true);
    const { heard, end } = await listen('n1', 'n2', 'n3');
    await mailboxes.connect(user);
    const due = await taken();
    const hearers = new Map([
      ['n1', ['11', '12']],
      ['n2', ['12']],
    ]);
    expect(await mailboxes.looks.announce([newsOf(due, { hearers, except: ['13', '14'] })])).toEqual(
      new Set([user]),
    );
    await expect
      .poll(() => heard.toSorted())
      .toEqual([
        `n1 ${user}\t11,12\t13,14\t"data":{}}`,
        `n2 ${user}\t12\t13,14\t"data":{}}`,
        `n3 ${user}\t\t13,14\t"data":{}}`,
      ]);
    await makeAbandoned();
    const again = await taken();
    expect(again.told).toBe('what was told');
    await settle(again);
    await makeDue();
    expect((await taken()).told).toBeUndefined();
    end();
  });

  it('of one whom another node has taken over are not told, nor is that one given back', async () => {
    const { heard, end } = await listen('n1');
    await mailboxes.connect(user);
    const slow = await taken();
    await makeAbandoned();
    const quick = await taken();
    const hearers = new Map([['n1', ['11']]]);
    expect(await mailboxes.looks.announce([newsOf(slow, { body: 'slow', hearers })])).toEqual(new Set());
    await settle(slow);
    expect(await mailboxes.looks.announce([newsOf(quick, { body: 'quick', hearers })])).toEqual(
      new Set([user]),
    );
    await expect.poll(() => heard).toEqual([`n1 ${user}\t11\t\tquick`]);
    end();
  });

  it('of many for many are told in parts', async () => {
    const { heard, end } = await listen('n1');
    const users = [user];
    while (users.length < 3) {
      const other = anId();
      if (shardOf(other) === shardOf(user)) users.push(other);
    }
    for (const userId of users) await mailboxes.connect(userId);
    const due = await mailboxes.looks.take();
    const many = new Map([['n1', Array.from({ length: 6_000 }, (_, i) => String(i))]]);
    const told = await mailboxes.looks.announce(due.map((one) => newsOf(one, { hearers: many })));
    expect([...told].toSorted()).toEqual(users.toSorted());
    await expect.poll(() => heard.length).toBe(3);
    expect(heard.every((line) => line.split('\t')[1]?.split(',').length === 6_000)).toBe(true);
    end();
  });

  it('let the user rest: what changes within a second is told together', async () => {
    await mailboxes.connect(user);
    await settle(await taken(), true);
    const restsUntil = await scoreIn('rest');
    await mailboxes.whereabouts.touch([user], 0);
    expect(await mailboxes.looks.take()).toEqual([]);
    expect(await scoreIn('due')).toBe(restsUntil);
  });
});

it('those who are being looked at or rest hold up nobody, however many they are', async () => {
  const crowd = [user];
  while (crowd.length < TAKEN_AT_ONCE + 1) {
    const other = anId();
    if (shardOf(other) === shardOf(user)) crowd.push(other);
  }
  for (const userId of crowd.slice(0, TAKEN_AT_ONCE)) await mailboxes.connect(userId);
  expect(await mailboxes.looks.take()).toHaveLength(TAKEN_AT_ONCE);
  for (const userId of crowd.slice(0, TAKEN_AT_ONCE)) await makeDue(userId);
  const last = crowd.at(-1)!;
  await mailboxes.connect(last);
  await expect
    .poll(async () => (await mailboxes.looks.take()).map(({ userId }) => userId), { interval: 5 })
    .toEqual([last]);
});

describe('who says that nobody is there', () => {
  const [one, other] = ['a', 'b'].map((own) => connectionIdOf('ws', '7', own)) as [string, string];
  const stream = connectionIdOf('sse', '8', 'c');
  const note = (isIdle: boolean, sessionId: string, connectionId?: string) =>
    mailboxes.whereabouts.note({ userId: user, sessionId, connectionId }, isIdle);
  /** Of the first session's two, then the other's. */
  const idle = async (): Promise<string> => {
    const fields = await mailboxes.redis.hgetall(key(`user:${user}`));
    const word = (id: string, session: string) => fields[`i:${id}`] ?? fields[`i:${session}`] ?? '0';
    return word(one, '7') + word(other, '7') + word(stream, '8');
  };

  beforeEach(async () => {
    for (const connection of [one, other, stream]) await mailboxes.connect(user, connection);
    await settle(await taken());
  });

  it('over a connection speaks for that one; else for all of the session; else for all', async () => {
    await note(true, '7', one);
    expect(await idle()).toBe('100');
    await note(true, '7');
    expect(await idle()).toBe('110');
    await note(false, '7', other);
    expect(await idle()).toBe('100');
    await note(false, '7');
    expect(await idle()).toBe('000');
    await note(true, '9');
    expect(await idle()).toBe('111');
    expect((await where())?.devices.every(({ isIdle }) => isIdle)).toBe(true);
  });

  it('is looked at at once, also when they are not connected: then nothing is noted', async () => {
    await note(true, '7', 'gone');
    expect(await idle()).toBe('000');
    await settle(await taken());
    const stranger = anId();
    await mailboxes.whereabouts.note({ userId: stranger, sessionId: '7' }, true);
    expect((await mailboxes.looks.take()).map(({ userId }) => userId)).toEqual([stranger]);
    expect(await mailboxes.redis.exists(mailboxes.key('user', stranger))).toBe(0);
  });

  it('says it until they leave: whoever comes back is at their device', async () => {
    await note(true, '7');
    for (const connection of [one, other, stream]) await close(connection, 0);
    await settle(await taken());
    await mailboxes.connect(user, one);
    expect((await where())?.devices).toEqual([{ door: 'socket.io', isIdle: false }]);
  });
});
