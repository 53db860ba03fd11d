import { fc } from '../../support/property.js';
import { expect, it } from 'vitest';
import { type Reference, decodeReference, encodeReference } from '../../../src/mailbox/reference.js';
import { aReference } from '../../support/builders.js';

const types: Reference['type'][] = [
  'message.created',
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'receipt.delivered',
  'receipt.read',
  'conversation.created',
  'conversation.updated',
  'conversation.deleted',
  'member.added',
  'member.updated',
  'member.removed',
  'broadcast.published',
  'broadcast.updated',
  'broadcast.recalled',
  'contact.added',
  'contact.removed',
  'user.updated',
];
const ids = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
const references: fc.Arbitrary<Reference> = fc.record({
  type: fc.constantFrom(...types),
  conversationId: fc.oneof(fc.constant(''), ids),
  rev: fc.nat(4_294_967_295),
  seq: fc.nat(4_294_967_295),
  subject: fc.oneof(fc.constant(''), ids),
  // Free text without control characters: what a mailbox and a wake-up keep on one line.
  detail: fc.option(
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text)),
    {
      nil: undefined,
    },
  ),
});

it('reads back as it was written, for every type and any detail', () => {
  fc.assert(
    fc.property(references, (reference) => {
      expect(decodeReference(encodeReference(reference))).toEqual(reference);
    }),
  );
});

it('takes tens of bytes, also with the largest numbers', () => {
  const largest = { conversationId: '9223372036854775807', subject: '9223372036854775807' };
  const written = encodeReference(aReference({ ...largest, rev: 4_294_967_295, seq: 4_294_967_295 }));
  expect(Buffer.byteLength(written)).toBeLessThan(70);
});

it('is skipped where a newer version wrote it', () => {
  expect(decodeReference('zz,1,2,3,4')).toBeUndefined();
  expect(decodeReference('')).toBeUndefined();
});
