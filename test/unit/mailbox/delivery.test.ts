import { fc } from '../../support/property.js';
import { expect, it } from 'vitest';
import { type ConversationDelivery, cutByShard } from '../../../src/mailbox/delivery.js';
import { encodeReference } from '../../../src/mailbox/reference.js';
import { shardOf } from '../../../src/mailbox/shards.js';
import { aDelivery, aReference } from '../../support/builders.js';

const recipients = fc.uniqueArray(fc.nat(500).map(String), { maxLength: 40 });
const deliveries = fc
  .array(fc.tuple(recipients, fc.integer({ min: 1, max: 4 })), { maxLength: 6 })
  .map((conversations) =>
    conversations.map(([users, count], i) => aDelivery(String(1_000 + i), [1, count], users)),
  );

/** Who gets what, read out of the batches: shard, user, reference, body. */
function handedOut(given: readonly ConversationDelivery[]): string[] {
  return [...cutByShard(given)].flatMap(([shard, { header, bodies }]) =>
    header.c.flatMap(([, , , , events]) =>
      events.flatMap(([, reference, audience, body]) =>
        (header.a[audience - 1] ?? []).map(
          (user) => `${shard} ${user} ${reference} ${body === 0 ? '' : bodies[body - 1]}`,
        ),
      ),
    ),
  );
}

it('gives every recipient every event once, in their own shard, with its body', () => {
  fc.assert(
    fc.property(deliveries, (given) => {
      const wanted = given.flatMap(({ events }) =>
        events.flatMap((event) =>
          event.recipients.map(
            (user) => `${shardOf(user)} ${user} ${encodeReference(event.reference)} ${event.body}`,
          ),
        ),
      );
      expect(handedOut(given).sort()).toEqual(wanted.sort());
    }),
  );
});

it('carries each body once a shard, however many recipients the shard has', () => {
  const users = Array.from({ length: 500 }, (_, i) => String(i));
  for (const { bodies } of cutByShard([aDelivery('1', [1, 3], users)]).values()) {
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(3);
  }
});

it('names the same list of recipients once a shard, for all events that are for it', () => {
  const users = Array.from({ length: 500 }, (_, i) => String(i));
  for (const { header } of cutByShard([aDelivery('1', [1, 5], users)]).values())
    expect(header.a).toHaveLength(1);
});

it('keeps conversations in their order, and the events of each', () => {
  fc.assert(
    fc.property(deliveries, (given) => {
      for (const { header } of cutByShard(given).values()) {
        const order = header.c.map(([conversationId]) => conversationId);
        expect(order).toEqual(given.map((one) => one.conversationId).filter((id) => order.includes(id)));
        for (const [, , , , events] of header.c) {
          const revs = events.map(([rev]) => rev);
          expect(revs).toEqual(revs.toSorted((a, b) => a - b));
        }
      }
    }),
  );
});

it('says -1 where it is not known up to which rev all is delivered', () => {
  const [batch] = cutByShard([aDelivery('1', [2, 3], ['5'])]).values();
  expect(batch?.header.c).toEqual([['1', 2, 3, -1, expect.anything()]]);
  const [settled] = cutByShard([aDelivery('1', [2, 3], ['5'], 1)]).values();
  expect(settled?.header.c).toEqual([['1', 2, 3, 1, expect.anything()]]);
});

it('sends no body for an event that followers shall read for themselves', () => {
  const event = { reference: aReference(), recipients: ['5'], body: '' };
  const [batch] = cutByShard([{ conversationId: '100', firstRev: 1, lastRev: 1, events: [event] }]).values();
  expect(batch?.bodies).toEqual([]);
  expect(batch?.header.c[0]?.[4]).toEqual([[1, encodeReference(event.reference), 1, 0]]);
});
