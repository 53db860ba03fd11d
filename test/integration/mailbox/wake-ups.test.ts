import { describe, expect, it } from 'vitest';
import { comparePositions } from '../../../src/mailbox/cursor.js';
import { MailboxStore } from '../../../src/mailbox/mailbox.store.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { anId } from '../../support/builders.js';
import { WITHIN, twoNodes } from './two-nodes.js';

const two = twoNodes();

describe('a wake-up', () => {
  it('reaches all connections of a user on every node, with the event, in mailbox order', async () => {
    const user = anId();
    const followers = [await two.follow(0, user), await two.follow(0, user), await two.follow(1, user)];
    const send = two.conversationOf([user]);
    for (let i = 0; i < 5; i += 1) await send(3, i % 2);
    for (const follower of followers) {
      await expect.poll(() => follower.revs, WITHIN).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
      const positions = follower.wakeUps.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted(comparePositions));
      expect(JSON.parse(follower.wakeUps[4]!.event!.json)).toMatchObject({
        cursor: `${positions[4]!.ms}-${positions[4]!.n}`,
        type: 'message.created',
        data: { rev: 5 },
      });
    }
    await two.stop(0, followers[0]!, followers[1]!);
    await two.stop(1, followers[2]!);
  });

  it('goes to no node and no user that does not follow', async () => {
    const [follower, other] = [await two.follow(0), await two.follow(1)];
    const store = two.get(0, MailboxStore);
    const sent = async () => (await store.shardStates([shardOf(follower.userId)], two.nameOf(1)))[0]?.wakes;
    const before = await sent();
    await two.conversationOf([follower.userId])();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    expect(await sent()).toBe(before);
    expect(other.wakeUps).toEqual([]);
    await two.stop(0, follower);
    await two.stop(1, other);
  });

  it('is heard by one event object for all connections of a node: its text is made once', async () => {
    const users = [anId(), anId()];
    while (shardOf(users[1]!) !== shardOf(users[0]!)) users[1] = anId();
    const followers = [
      await two.follow(0, users[0]),
      await two.follow(0, users[0]),
      await two.follow(0, users[1]),
    ];
    await two.conversationOf(users)();
    for (const follower of followers) await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    expect(new Set(followers.map(({ wakeUps }) => wakeUps[0]!.event)).size).toBe(1);
    await two.stop(0, ...followers);
  });

  it('is no more heard once the connection was detached', async () => {
    const [gone, stays] = [await two.follow(0), await two.follow(0)];
    await two.stop(0, gone);
    await two.conversationOf([gone.userId, stays.userId])();
    await expect.poll(() => stays.revs, WITHIN).toEqual([1]);
    expect(gone.wakeUps).toEqual([]);
    expect(await two.registrationsOf(gone.userId)).toEqual({});
    await two.stop(0, stays);
  });
});

describe('wake-ups that are lost', () => {
  it('with the subscription’s connection: it is made again, and whoever follows reads for themselves', async () => {
    const follower = await two.follow(0);
    const id = await two.subscriber(0).client('ID');
    await two.redis(0).call('CLIENT', 'KILL', 'ID', id);
    await expect.poll(() => follower.refreshes, WITHIN).toBeGreaterThan(0);
    await two.conversationOf([follower.userId])();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    await two.stop(0, follower);
  });

  it.each([
    ['after others came', true],
    ['before any came', false],
  ])('without a sign, %s: the heartbeat notices', async (_, haveCome) => {
    const follower = await two.follow(0);
    const send = two.conversationOf([follower.userId]);
    if (haveCome) {
      await send();
      await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    }
    const before = follower.refreshes;
    await two.redis(0).hincrby(two.wakesKey(follower.userId), two.nameOf(0), 1);
    await expect.poll(() => follower.refreshes, WITHIN).toBeGreaterThan(before);
    await send();
    await expect.poll(() => follower.revs.length, WITHIN).toBeGreaterThan(haveCome ? 1 : 0);
    await two.stop(0, follower);
  });

  it('are noticed at the next one that comes', async () => {
    const follower = await two.follow(0);
    const send = two.conversationOf([follower.userId]);
    await send();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    const before = follower.refreshes;
    await two.redis(0).hincrby(two.wakesKey(follower.userId), two.nameOf(0), 1);
    await send();
    await expect.poll(() => follower.refreshes, WITHIN).toBeGreaterThan(before);
    await two.stop(0, follower);
  });

  it('are noticed where others have unregistered the node’s connections before any came', async () => {
    const store = two.get(0, MailboxStore);
    const wakes = async (shard: number) => (await store.shardStates([shard], two.nameOf(0)))[0]?.wakes;
    let user = anId();
    while ((await wakes(shardOf(user))) !== 0) user = anId();
    const first = await two.follow(0, user);
    const send = two.conversationOf([user]);
    await store.sweep(shardOf(user), two.nameOf(0), 0);
    await send();
    const before = first.refreshes;
    const second = await two.follow(0, user);
    await send();
    await expect.poll(() => second.revs, WITHIN).toEqual([2]);
    expect(first.refreshes).toBeGreaterThan(before);
    await two.stop(0, first, second);
  });
});
