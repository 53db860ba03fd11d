import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChangeFeed } from '../../../src/feed/change-feed.js';
import { Dispatcher } from '../../../src/ledger/dispatcher.js';
import type { LateDispatches } from '../../../src/ledger/late-dispatches.js';
import type { OutboxDeliveries } from '../../../src/ledger/outbox-deliveries.js';
import type { OutboxStore, PendingBatch } from '../../../src/ledger/outbox.store.js';
import type { MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { aDelivery } from '../../support/builders.js';

// No sweep comes by itself.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval'] }));
afterEach(() => void vi.useRealTimers());

it('delivers what waits in the outbox as soon as the mailboxes are restored', async () => {
  let isAway = true;
  let restored: () => void = () => undefined;
  let pending: PendingBatch[] = [{ id: '1', committedAt: new Date(), changes: [], personal: [] }];
  const dispatcher = new Dispatcher(
    {
      isReachable: true,
      onRestored: (listener: () => void) => (restored = listener),
    } as unknown as MailboxService,
    {
      oldest: async () => pending,
      oldestIds: async () => pending.map(({ id }) => id),
      remove: async () => void (pending = []),
    } as unknown as OutboxStore,
    { of: async () => [] } as unknown as OutboxDeliveries,
    {
      deliver: async () => {
        if (isAway) throw new Error('Redis is away');
        return new Set();
      },
    } as unknown as LateDispatches,
    { append: async () => undefined } as unknown as ChangeFeed,
  );
  dispatcher.onApplicationBootstrap();
  const deliveries = [aDelivery('100', [1, 1], ['1'])];
  dispatcher.dispatch({ outboxId: '1', committedAt: new Date(), madeAt: performance.now(), deliveries });
  await dispatcher.settled();
  expect(pending).toHaveLength(1);
  isAway = false;
  restored();
  await expect.poll(() => pending).toEqual([]);
  await dispatcher.close();
});
