import { describe, expect, it } from 'vitest';
import { MailboxStore } from '../../../src/mailbox/mailbox.store.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { anId } from '../../support/builders.js';
import type { Listener } from '../../support/listener.js';
import { WITHIN, twoNodes } from './two-nodes.js';

const two = twoNodes();

const notice = (userId: string) =>
  ({ kind: 'event', type: 'presence.changed', data: { userId, status: 'away' } }) as const;
const subjects = ({ shown }: Listener) => shown.map(({ json }) => JSON.parse(json).data.userId);

describe('what is shown and never stored', () => {
  it('reaches every connection of the users once, on all nodes, without a cursor', async () => {
    const users = [anId(), anId(), anId()] as const;
    const followers = [
      await two.follow(0, users[0]),
      await two.follow(0, users[0]),
      await two.follow(1, users[0]),
      await two.follow(1, users[1]),
    ];
    two.mailbox(0).show([...users, ...users], notice('7'));
    for (const follower of followers) {
      await expect.poll(() => subjects(follower), WITHIN).toEqual(['7']);
      expect(JSON.parse(follower.shown[0]!.json)).toMatchObject({ cursor: null, type: 'presence.changed' });
    }
    two.mailbox(1).show(users, notice('8'));
    for (const follower of followers) await expect.poll(() => subjects(follower), WITHIN).toEqual(['7', '8']);
    await two.stop(0, followers[0]!, followers[1]!);
    await two.stop(1, followers[2]!, followers[3]!);
  });

  it('leaves the mailboxes and the count of wake-ups as they were', async () => {
    const follower = await two.follow(0);
    const send = two.conversationOf([follower.userId]);
    await send();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1]);
    const before = [follower.refreshes, await two.redis(0).hgetall(two.wakesKey(follower.userId))];
    const { tail } = await two.mailbox(0).read(follower.userId, follower.wakeUps[0]!.position, 10);
    two.mailbox(1).show([follower.userId], notice('7'));
    await expect.poll(() => subjects(follower), WITHIN).toEqual(['7']);
    expect([follower.refreshes, await two.redis(0).hgetall(two.wakesKey(follower.userId))]).toEqual(before);
    expect(await two.get(0, MailboxStore).tail(follower.userId)).toEqual(tail);
    await send();
    await expect.poll(() => follower.revs, WITHIN).toEqual([1, 2]);
    expect(follower.refreshes).toBe(before[0]);
    await two.stop(0, follower);
  });

  it('is one event object for the users of a shard: its text is made once', async () => {
    const users = [anId(), anId()];
    while (shardOf(users[1]!) !== shardOf(users[0]!)) users[1] = anId();
    const followers = [await two.follow(0, users[0]), await two.follow(0, users[1])];
    two.mailbox(1).show(users, notice('7'));
    for (const follower of followers) await expect.poll(() => subjects(follower), WITHIN).toEqual(['7']);
    expect(followers[0]!.shown[0]).toBe(followers[1]!.shown[0]);
    await two.stop(0, ...followers);
  });

  it('is dropped while Redis is away, and comes again when it is back', async () => {
    const follower = await two.follow(0);
    await two.server.stop();
    two.mailbox(0).show([follower.userId], notice('lost'));
    await two.server.start();
    await two.isRestored();
    await expect
      .poll(async () => {
        two.mailbox(1).show([follower.userId], notice('later'));
        return subjects(follower).at(-1);
      }, WITHIN)
      .toBe('later');
    expect(subjects(follower)).not.toContain('lost');
    await two.stop(0, follower);
  });
});
