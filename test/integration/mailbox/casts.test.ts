import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import type { Cast } from '../../../src/mailbox/cast.store.js';
import { Casts, type Choose } from '../../../src/mailbox/casts.js';
import { MailboxStore } from '../../../src/mailbox/mailbox.store.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { inTransaction } from '../../../src/platform/database/transaction.js';
import { anId } from '../../support/builders.js';
import type { Listener } from '../../support/listener.js';
import { WITHIN, twoNodes } from './two-nodes.js';

const two = twoNodes();
const BODY = '"type":"broadcast.published","at":"2026-11-21T08:15:30.123Z","data":{}}';

/** The next cast, of something that nothing else is called. */
async function nextCast(overrides: Partial<Cast> = {}): Promise<Cast> {
  const dataSource = two.get(0, getDataSourceToken() as never) as DataSource;
  const number = await inTransaction(dataSource, (manager) => two.get(0, Casts).takeNumber(manager));
  const reference = {
    type: 'broadcast.published',
    conversationId: '',
    rev: 0,
    seq: 0,
    subject: anId(),
  } as const;
  return { number, committedMs: Date.now(), reference, after: number, isForConnected: false, ...overrides };
}

const everybody: Choose = (userIds) => Promise.resolve([{ userIds, body: BODY }]);
const bring = (node: number, cast: Cast, choose: Choose = everybody) =>
  two.get(node, Casts).bring(cast, choose);

/** How often a thing stands in a user's mailbox. */
async function countIn(userId: string, { reference }: Cast): Promise<number> {
  const store = two.get(0, MailboxStore);
  const entries = await store.range(userId, undefined, { ms: 9_999_999_999_999, n: 0 }, 10_000);
  return entries.filter((entry) => entry.reference?.subject === reference.subject).length;
}

async function opened(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, anId);
  await Promise.all(users.map((user) => two.mailbox(0).open(user)));
  return users;
}

/** Up to which cast nothing comes to the user any more. */
async function reachedBy(userId: string): Promise<number> {
  const tail = await two.mailbox(0).open(userId);
  return (await two.mailbox(0).read(userId, tail, 1)).cast;
}

const heard = (listener: Listener, { reference }: Cast): number =>
  listener.wakeUps.filter((wakeUp) => wakeUp.reference.subject === reference.subject).length;

class Death extends Error {}

/** Does its work for so many chunks; then its node dies. */
const mortal = (chunks: number): Choose => {
  let left = chunks;
  return (userIds) => {
    left -= 1;
    return left < 0 ? Promise.reject(new Death('the node dies')) : everybody(userIds);
  };
};

describe('a cast', () => {
  it('reaches every open mailbox once and nobody else, also when both nodes carry it out at once', async () => {
    const users = await opened(200);
    const followers = [await two.follow(0, users[0]), await two.follow(1, users[1]), await two.follow(1)];
    const cast = await nextCast();
    const ends = await Promise.all([bring(0, cast), bring(1, cast), bring(0, cast)]);
    for (const user of users) expect(await countIn(user, cast)).toBe(1);
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]?.count).toBeGreaterThanOrEqual(users.length + 1);
    expect(await countIn(anId(), cast)).toBe(0);
    for (const follower of followers) {
      await expect.poll(() => heard(follower, cast), WITHIN).toBe(1);
      const [wakeUp] = follower.wakeUps;
      expect(JSON.parse(wakeUp?.event?.json ?? '')).toMatchObject({ type: 'broadcast.published' });
    }
    await bring(1, cast);
    expect(await countIn(users[0] ?? '', cast)).toBe(1);
    await two.stop(0, followers[0]!);
    await two.stop(1, followers[1]!, followers[2]!);
  });

  it('that breaks off with its node is carried on by another one', async () => {
    const users = await opened(100);
    const cast = await nextCast();
    await expect(bring(0, cast, mortal(5))).rejects.toThrow(Death);
    const reached = await Promise.all(users.map((user) => countIn(user, cast)));
    expect(new Set(reached)).toEqual(new Set([0, 1]));
    await bring(1, cast);
    for (const user of users) expect(await countIn(user, cast)).toBe(1);
  });

  it('goes on after the mailbox that it has come to, in a shard of many', async () => {
    const users: string[] = [];
    while (users.length < 2_300) {
      const id = anId();
      if (shardOf(id) === 7) users.push(id);
    }
    for (let i = 0; i < users.length; i += 100)
      await Promise.all(users.slice(i, i + 100).map((user) => two.mailbox(0).open(user)));
    const cast = await nextCast();
    await expect(bring(0, cast, mortal(17))).rejects.toThrow(Death);
    await bring(1, cast);
    const counts = await Promise.all(users.map((user) => countIn(user, cast)));
    expect(counts).toEqual(users.map(() => 1));
  });

  it('is for those whom it is said to be for, and tells each group its own', async () => {
    const [one, other, third] = [await two.follow(0), await two.follow(1), await two.follow(1)];
    const cast = await nextCast();
    await bring(0, cast, (userIds) =>
      Promise.resolve([
        { userIds: userIds.filter((id) => id === one.userId), body: BODY },
        { userIds: userIds.filter((id) => id === other.userId), body: '' },
      ]),
    );
    await expect.poll(() => [heard(one, cast), heard(other, cast)], WITHIN).toEqual([1, 1]);
    expect(one.wakeUps[0]?.event).toBeDefined();
    expect(other.wakeUps[0]?.event).toBeUndefined();
    expect(await countIn(third.userId, cast)).toBe(0);
    await two.stop(0, one);
    await two.stop(1, other, third);
  });

  it('for those who are connected leaves out whoever is not', async () => {
    const here = await two.follow(1);
    const [away] = await opened(1);
    const cast = await nextCast({ isForConnected: true });
    await bring(0, cast);
    expect(await countIn(here.userId, cast)).toBe(1);
    expect(await countIn(away ?? '', cast)).toBe(0);
    await two.stop(1, here);
  });
});

describe('a read says up to which cast nothing comes any more', () => {
  it('before one, while it goes on, and after it', async () => {
    const users = await opened(100);
    const cast = await nextCast();
    for (const user of users) expect(await reachedBy(user)).toBeLessThan(cast.number);
    await expect(bring(0, cast, mortal(5))).rejects.toThrow(Death);
    const late = await opened(100);
    // What is said while a cast goes on must be what then happens.
    const said = new Map<string, number>();
    for (const user of [...users, ...late]) said.set(user, await reachedBy(user));
    const before = new Map<string, number>();
    for (const user of users) before.set(user, await countIn(user, cast));
    await bring(1, cast);
    for (const user of users) {
      const comes = (await countIn(user, cast)) - (before.get(user) ?? 0);
      expect(comes).toBe(said.get(user) === cast.number ? 0 : 1);
    }
    for (const user of late) {
      expect(await countIn(user, cast)).toBe(said.get(user) === cast.number ? 0 : 1);
      expect(await reachedBy(user)).toBe(cast.number);
    }
  });

  it('also once Redis has lost everything: then all that is committed counts as there', async () => {
    const { number } = await nextCast();
    await two.redis(0).flushall();
    await two.isRestored();
    expect(await reachedBy(anId())).toBeGreaterThanOrEqual(number);
  });
});

describe('what is recalled on the way', () => {
  it('reaches nobody more, and the recall goes to those alone whom it had reached', async () => {
    const users = await opened(100);
    const cast = await nextCast();
    await expect(bring(0, cast, mortal(5))).rejects.toThrow(Death);
    await bring(1, cast, () => Promise.resolve('stop'));
    const had = await Promise.all(users.map((user) => countIn(user, cast)));
    expect(new Set(had)).toEqual(new Set([0, 1]));
    const recall = await nextCast({ after: cast.number });
    await bring(0, recall);
    expect(await Promise.all(users.map((user) => countIn(user, recall)))).toEqual(had);
    const later = await nextCast();
    await bring(0, later);
    expect(await Promise.all(users.map((user) => countIn(user, later)))).toEqual(users.map(() => 1));
  });
});
