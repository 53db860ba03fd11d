import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LateDispatches } from '../../../src/ledger/late-dispatches.js';
import type { OutboxStore } from '../../../src/ledger/outbox.store.js';
import type { DeliveryResult, DeliveryTime, MailboxService } from '../../../src/mailbox/mailbox.service.js';
import { IdGenerator } from '../../../src/platform/ids/snowflake.js';
import { aDelivery } from '../../support/builders.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const span = { oldest: new Date(1_000), newest: new Date(2_000) };
const deliveries = [aDelivery('100', [1, 1], ['1'])];

/** Each delivery takes so long; the first one is late. */
function dispatchesOf(takesMs: number): { late: LateDispatches; asked: (number | undefined)[] } {
  const asked: (number | undefined)[] = [];
  const deliver = async ({ withinMs }: DeliveryTime): Promise<DeliveryResult> => {
    vi.advanceTimersByTime(takesMs);
    return asked.push(withinMs) === 1 ? { kind: 'late' } : { kind: 'done', refused: new Set() };
  };
  const outbox = { databaseTime: async () => new Date(3_000), recordLateDispatch: async () => undefined };
  const mailbox = { deliver } as unknown as MailboxService;
  return {
    late: new LateDispatches(mailbox, outbox as unknown as OutboxStore, new IdGenerator(() => 1)),
    asked,
  };
}

it('what has an end is delivered with the time that is left, also at the second attempt', async () => {
  const { late, asked } = dispatchesOf(3_000);
  await late.deliver(span, deliveries, performance.now() + 4_000);
  expect(asked).toEqual([4_000, 1_000]);
});

it('what has come to its end is not delivered', async () => {
  const { late, asked } = dispatchesOf(5_000);
  await expect(late.deliver(span, deliveries, performance.now() + 4_000)).rejects.toThrow('too old');
  expect(asked).toEqual([4_000]);
});

it('what has no end may take its time', async () => {
  const { late, asked } = dispatchesOf(60_000);
  await late.deliver(span, deliveries);
  expect(asked).toEqual([undefined, undefined]);
});
