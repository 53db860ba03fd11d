import { describe, expect, it } from 'vitest';
import { type Position, comparePositions } from '../../../src/mailbox/cursor.js';
import { EpochStore } from '../../../src/mailbox/epoch.store.js';
import { MailboxStore } from '../../../src/mailbox/mailbox.store.js';
import { ShardEpochs } from '../../../src/mailbox/shard-epochs.js';
import { anId } from '../../support/builders.js';
import { WITHIN, twoNodes } from './two-nodes.js';

const two = twoNodes();

describe('registrations', () => {
  it('are limited per user, over all nodes', async () => {
    const user = anId();
    const open = [await two.follow(0, user), await two.follow(1, user), await two.follow(1, user)];
    await expect(two.follow(0, user)).rejects.toMatchObject({
      code: 'connections.too_many',
      kind: 'rate_limited',
      retryable: true,
    });
    await two.stop(0, open[0]!);
    const fourth = await two.follow(1, user);
    await two.stop(1, open[1]!, open[2]!, fourth);
    expect(await two.registrationsOf(user)).toEqual({});
  });

  it('that were lost and find no place any more are dropped: a connection that hears nothing must not stay open', async () => {
    const user = anId();
    const first = await two.follow(0, user);
    const store = two.get(0, MailboxStore);
    const open = store.open.bind(store);
    let comeBack = () => undefined as void;
    const back = new Promise<void>((resolve) => (comeBack = resolve));
    store.open = async (...args) => (await back, open(...args));
    await two.redis(1).flushall();
    await two
      .mailbox(1)
      .open(user)
      .catch(() => undefined);
    await expect.poll(() => two.mailbox(1).open(user), WITHIN).toBeTruthy();
    const others = [await two.follow(1, user), await two.follow(1, user), await two.follow(1, user)];
    store.open = open;
    comeBack();
    await two
      .mailbox(0)
      .open(user)
      .catch(() => undefined);
    await expect.poll(() => first.isDropped, WITHIN).toBe(true);
    await two.stop(0, first);
    await two.stop(1, ...others);
    expect(await two.registrationsOf(user)).toEqual({});
  });

  it('linger for a while where they shall, and come back under their id', async () => {
    const poll = await two.follow(0, anId(), 'poll.1');
    await two.mailbox(0).detach(poll.connection, 60_000);
    expect(await two.registrationsOf(poll.userId)).toEqual(two.registeredAs(poll, 0));
    const again = await two.follow(0, poll.userId, 'poll.1');
    await two.stop(0, again);
    expect(await two.registrationsOf(poll.userId)).toEqual({});
  });

  it('end also when the connection closed while Redis could not be told', async () => {
    const [follower, stays] = [await two.follow(0), await two.follow(0)];
    two.redis(0).disconnect(true);
    await two.stop(0, follower);
    await expect.poll(() => two.registrationsOf(follower.userId), WITHIN).toEqual({});
    expect(await two.registrationsOf(stays.userId)).toEqual(two.registeredAs(stays, 0));
    await two.stop(0, stays);
  });
});

describe('a node whose lease has ended', () => {
  const endLease = (node: number) => two.redis(node).zadd(two.nodesKey, 1, two.nameOf(node));

  it('goes on under a new name, with all its connections', async () => {
    const [follower, old] = [await two.follow(0), two.nameOf(0)];
    await endLease(0);
    await expect.poll(() => two.nameOf(0), WITHIN).not.toBe(old);
    await expect
      .poll(() => two.registrationsOf(follower.userId), WITHIN)
      .toEqual(two.registeredAs(follower, 0));
    await expect.poll(() => follower.refreshes, WITHIN).toBeGreaterThan(0);
    await two.conversationOf([follower.userId])();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    await two.stop(0, follower);
  });

  it('and does not come back is swept by another', async () => {
    const user = anId();
    const store = two.get(0, MailboxStore);
    const epoch = two.get(0, ShardEpochs).ofUser(user);
    await store.open(epoch, user, 'c1', 'gone.0');
    await two.redis(0).zadd(two.nodesKey, 1, 'gone.0');
    await expect.poll(() => two.registrationsOf(user), WITHIN).toEqual({});
    await expect.poll(() => two.redis(0).zscore(two.nodesKey, 'gone.0'), WITHIN).toBeNull();
    expect(await two.mailbox(0).open(user)).toBeTruthy();
  });

  it('and dies before it has another is swept too, though nobody knows its new name by a lease', async () => {
    const user = anId();
    const store = two.get(0, MailboxStore);
    await store.open(two.get(0, ShardEpochs).ofUser(user), user, 'c1', 'gone.1');
    await expect.poll(() => two.registrationsOf(user), WITHIN).toEqual({});
    expect((await store.holders()).has('gone.1')).toBe(false);
  });

  it('registers its connections again also when the answer to its new lease is lost', async () => {
    const follower = await two.follow(0);
    const old = two.nameOf(0);
    const store = two.get(0, MailboxStore);
    const beat = store.beat.bind(store);
    store.beat = async (node, leaseMs, begins) => {
      const answer = await beat(node, leaseMs, begins);
      if (!begins) return answer;
      store.beat = beat;
      throw new Error('the answer is lost');
    };
    await endLease(0);
    await expect.poll(() => two.nameOf(0), WITHIN).not.toBe(old);
    await expect
      .poll(() => two.registrationsOf(follower.userId), WITHIN)
      .toEqual(two.registeredAs(follower, 0));
    await two.stop(0, follower);
  });

  it('registers its connections again also when Redis breaks off while it does', async () => {
    const followers = [];
    for (let i = 0; i < 20; i += 1) followers.push(await two.follow(0));
    const old = two.nameOf(0);
    await endLease(0);
    await expect.poll(() => two.nameOf(0), { ...WITHIN, interval: 1 }).not.toBe(old);
    two.redis(0).disconnect(true);
    for (const follower of followers)
      await expect
        .poll(() => two.registrationsOf(follower.userId), WITHIN)
        .toEqual(two.registeredAs(follower, 0));
    await two.conversationOf(followers.map(({ userId }) => userId))();
    for (const follower of followers) await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    await two.stop(0, ...followers);
  });
});

describe('a Redis that has lost its data', () => {
  const losses: [string, () => Promise<unknown>][] = [
    ['by FLUSHALL', () => two.redis(0).flushall()],
    ['by a restart, emptied', () => two.server.restart({ emptied: true })],
    ['perhaps, by a restart with what it had on disk', () => two.server.restart()],
    ['perhaps, by a crash', async () => (await two.server.kill('SIGKILL'), two.server.start())],
  ];

  it.each(losses)(
    '%s begins a new epoch, on which all nodes agree, above all former positions',
    async (_, lose) => {
      const followers = [await two.follow(0), await two.follow(1)];
      const users = followers.map(({ userId }) => userId);
      const send = two.conversationOf(users);
      // A loss of before may still cost wake-ups, with a refresh.
      const isHeard = async () => (await send(), followers[1]!.revs.length > 0);
      await expect.poll(isHeard, WITHIN).toBe(true);
      const before = await Promise.all(users.map((user) => two.mailbox(0).open(user)));
      const epochs = [...Array(16).keys()].map((shard) => two.get(0, ShardEpochs).of(shard));
      await lose();
      const isAnew = (node: number) => () =>
        epochs.every((epoch, shard) => {
          const now = two.get(node, ShardEpochs).of(shard);
          return now !== '' && now !== epoch;
        });
      for (const node of [0, 1]) {
        await two
          .mailbox(node)
          .open(users[0]!)
          .catch(() => undefined);
        await expect.poll(isAnew(node), WITHIN).toBe(true);
      }
      for (let shard = 0; shard < 16; shard += 1)
        expect(two.get(0, ShardEpochs).of(shard)).toBe(two.get(1, ShardEpochs).of(shard));
      for (const [i, follower] of followers.entries()) {
        await expect
          .poll(() => two.registrationsOf(follower.userId), WITHIN)
          .toEqual(two.registeredAs(follower, i));
        expect(follower.refreshes).toBeGreaterThan(0);
        const tail: Position = await two.mailbox(1).open(follower.userId);
        expect(comparePositions(tail, before[i]!)).toBeGreaterThan(0);
        expect(await two.mailbox(1).read(follower.userId, before[i]!, 10)).toMatchObject({
          kind: 'gap',
          why: 'old',
        });
      }
      // A node that loses its lease with the data takes a new name: then wake-ups may be lost once more, with a refresh.
      for (const follower of followers) {
        const known = follower.revs.length;
        const isWoken = async () => (await send(), follower.revs.length > known);
        await expect.poll(isWoken, WITHIN).toBe(true);
      }
      await two.stop(0, followers[0]!);
      await two.stop(1, followers[1]!);
    },
  );

  it('refuses whoever still believes in the old epoch', async () => {
    const user = anId();
    await two.redis(0).flushall();
    const refused = { code: 'service.unavailable', retryable: true };
    await expect(two.mailbox(0).open(user)).rejects.toMatchObject(refused);
    await expect(two.mailbox(1).read(user, { ms: 1, n: 0 }, 1)).rejects.toMatchObject(refused);
    await two.isRestored();
  });

  it('twice, while a node that stood still was about to begin an epoch, begins none by a time of before', async () => {
    const [reader, writer] = [two.get(0, EpochStore), two.get(1, EpochStore)];
    const user = anId();
    let isStill = false;
    let wake = () => undefined as void;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    // The first time, as of a minute ago: so long it has stood still.
    const late = reader.establish.bind(reader);
    reader.establish = async (shard, runId, word, { nowMs, cast }) => {
      isStill = true;
      await woken;
      return late(shard, runId, word, { nowMs: nowMs - 60_000, cast });
    };
    await two.redis(1).flushall();
    await two
      .mailbox(0)
      .open(user)
      .catch(() => undefined);
    await expect.poll(() => isStill, WITHIN).toBe(true);
    reader.establish = late;
    await expect.poll(() => two.mailbox(1).open(user), WITHIN).toBeTruthy();
    await two.conversationOf([user])(1, 1);
    const before = await two.mailbox(1).open(user);
    // Only the one that stood still is there to begin anew.
    const { announce } = writer;
    writer.announce = () => Promise.reject(new Error('away'));
    await two.redis(1).flushall();
    wake();
    await expect.poll(() => two.mailbox(0).open(user), WITHIN).toBeTruthy();
    writer.announce = announce.bind(writer);
    const after = await two.mailbox(0).open(user);
    expect(comparePositions(after, before)).toBeGreaterThan(0);
  });
});
