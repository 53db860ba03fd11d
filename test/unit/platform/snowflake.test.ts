import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdGenerator, NODE_NUMBERS } from '../../../src/platform/ids/snowflake.js';

const NOW = Date.parse('2026-11-21T08:15:30.123Z');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

const take = (ids: IdGenerator, count: number) => Array.from({ length: count }, () => BigInt(ids.next()));
const rises = (ids: readonly bigint[]) => ids.every((id, i) => i === 0 || id > ids[i - 1]!);

describe('ids', () => {
  it('rise, also when more are made in a millisecond than it has room for', () => {
    const made = take(new IdGenerator(() => 7), 20_000);
    expect(new Set(made).size).toBe(20_000);
    expect(rises(made)).toBe(true);
  });

  it('rise when the clock goes back, and after it has caught up', () => {
    const ids = new IdGenerator(() => 7);
    const made = take(ids, 10);
    for (const ms of [NOW - 60_000, NOW - 1, NOW, NOW + 1, NOW + 500]) {
      vi.setSystemTime(ms);
      made.push(...take(ids, 5_000));
    }
    expect(new Set(made).size).toBe(made.length);
    expect(rises(made)).toBe(true);
  });

  it('of two nodes never meet, in the same millisecond', () => {
    const made = [0, 1, NODE_NUMBERS - 1].flatMap((node) => take(new IdGenerator(() => node), 5_000));
    expect(new Set(made).size).toBe(15_000);
  });

  it('follow the node number that holds at the time', () => {
    let node = 3;
    const ids = new IdGenerator(() => node);
    const nodeOf = (id: bigint) => Number((id >> 12n) & 1023n);
    expect(nodeOf(BigInt(ids.next()))).toBe(3);
    node = 4;
    expect(nodeOf(BigInt(ids.next()))).toBe(4);
  });

  it('fit a signed 64-bit number until 2093', () => {
    vi.setSystemTime(Date.parse('2093-01-01T00:00:00Z'));
    expect(BigInt(new IdGenerator(() => NODE_NUMBERS - 1).next())).toBeLessThan(2n ** 63n);
  });

  it('tell when they were made', () => {
    const [id] = take(new IdGenerator(() => 0), 1);
    expect(Number(id! >> 22n) + Date.parse('2024-01-01T00:00:00Z')).toBe(NOW);
  });
});
