import { fc } from '../../support/property.js';
import { expect, it } from 'vitest';
import {
  activityKeySchema,
  formatActivityKey,
  parseActivityKey,
} from '../../../src/conversations/activity-key.js';
import { pairKey, partnerIn } from '../../../src/conversations/direct-pair.js';

const ids = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);

it('a pair has one key, whichever of the two asks', () => {
  fc.assert(fc.property(ids, ids, (a, b) => pairKey(a, b) === pairKey(b, a)));
});

it('a pair is put in the order of its numbers, not of their digits', () => {
  expect(pairKey('9', '10')).toBe('9:10');
});

it('different pairs have different keys, which fit their column', () => {
  fc.assert(
    fc.property(ids, ids, ids, (a, b, c) => {
      fc.pre(b !== c);
      expect(pairKey(a, b)).not.toBe(pairKey(a, c));
      expect(pairKey(a, b).length).toBeLessThanOrEqual(41);
    }),
  );
});

it('each of a pair has the other as partner', () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      expect(partnerIn(pairKey(a, b), a)).toBe(b);
      expect(partnerIn(pairKey(a, b), b)).toBe(a);
    }),
  );
});

it('a page of conversations goes on exactly where the last one ended', () => {
  const key = { changedAt: new Date('2026-11-21T08:15:30.123Z'), id: '9223372036854775807' };
  expect(activityKeySchema.safeParse(formatActivityKey(key)).success).toBe(true);
  expect(parseActivityKey(formatActivityKey(key))).toEqual(key);
  for (const bad of ['', ':', '1:', ':1', '1:2:3', 'x:1', '1:-1', ' 1:1'])
    expect(activityKeySchema.safeParse(bad).success, bad).toBe(false);
});
