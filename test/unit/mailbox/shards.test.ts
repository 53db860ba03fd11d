import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { SHARDS, groupByShard, shardOf, shardPrefix } from '../../../src/mailbox/shards.js';
import { anId } from '../../support/builders.js';

function spread(ids: readonly string[]): number[] {
  const counts = Array<number>(SHARDS).fill(0);
  for (const id of ids) counts[shardOf(id)] = (counts[shardOf(id)] ?? 0) + 1;
  return counts;
}

describe('shards', () => {
  it.each([
    ['made in a burst by one node', () => Array.from({ length: 16_000 }, anId)],
    ['counted up', () => Array.from({ length: 16_000 }, (_, i) => String(i + 1))],
    [
      'of users who registered seconds apart',
      () => Array.from({ length: 16_000 }, (_, i) => String((BigInt(i) * 3_217n) << 22n)),
    ],
  ])('get evenly many users, for ids %s', (_, ids) => {
    for (const count of spread(ids())) {
      expect(count).toBeGreaterThan(800);
      expect(count).toBeLessThan(1_200);
    }
  });

  it('are the same on every node and for ever: a mailbox is found where it was left', () => {
    expect(['1', '42', '7387205550080000001', '9223372036854775807'].map(shardOf)).toEqual([5, 4, 5, 4]);
  });

  it('keep all their keys in one slot of a cluster', () => {
    expect(shardPrefix('mailroom:', 7)).toBe('mailroom:{m7}:');
  });
});

describe('grouping by shard', () => {
  it('puts every user once into their own shard, in the order given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat().map(String)), (users) => {
        const groups = groupByShard(users);
        expect([...groups.values()].flat().sort()).toEqual([...users].sort());
        for (const [shard, group] of groups) {
          expect(group.every((user) => shardOf(user) === shard)).toBe(true);
          expect(group).toEqual(users.filter((user) => group.includes(user)));
        }
      }),
    );
  });

  it('is remembered for the same list object, and for no other', () => {
    const list = ['1', '2', '3'];
    expect(groupByShard(list)).toBe(groupByShard(list));
    expect(groupByShard([...list])).not.toBe(groupByShard(list));
  });
});
