import { expect, it } from 'vitest';
import { Attachments } from '../../../src/mailbox/attachments.js';
import type { MailboxStore, Opened } from '../../../src/mailbox/mailbox.store.js';
import type { NodeLease } from '../../../src/mailbox/node-lease.js';
import { Registrations } from '../../../src/mailbox/registrations.js';
import type { ShardEpochs } from '../../../src/mailbox/shard-epochs.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { Listener } from '../../support/listener.js';

const opened: Opened = { kind: 'open', tail: { ms: 1, n: 0 } };

it('hold the wake-ups of all lost shards until every connection is registered again', async () => {
  const attachments = new Attachments();
  const followers = [new Listener('1'), new Listener('2')];
  const shards = followers.map(({ userId }) => shardOf(userId));
  expect(new Set(shards).size).toBe(2);
  for (const { connection } of followers) attachments.add(connection);
  const answers: (() => void)[] = [];
  const store = { open: () => new Promise<Opened>((resolve) => answers.push(() => resolve(opened))) };
  const registrations = new Registrations(
    store as unknown as MailboxStore,
    { ofUser: () => 'epoch' } as unknown as ShardEpochs,
    { name: 'node' } as NodeLease,
    attachments,
  );
  registrations.lose(shards);
  const restored = registrations.restore();
  // The second shard waits for the first; a new connection of its user would bring wake-ups already.
  expect(followers.map(({ isHeld }) => isHeld)).toEqual([true, true]);
  for (let i = 0; i < followers.length; i += 1) {
    await expect.poll(() => answers.length).toBe(i + 1);
    answers[i]?.();
  }
  await restored;
  expect(followers.map(({ isHeld }) => isHeld)).toEqual([true, true]);
  registrations.release();
  expect(followers.map(({ isHeld, refreshes }) => [isHeld, refreshes])).toEqual([
    [false, 1],
    [false, 1],
  ]);
});
