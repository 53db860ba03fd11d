import { describe, expect, it } from 'vitest';
import { Rate } from '../../../src/platform/config/rate-settings.js';
import { Allowance, costMs, standing } from '../../../src/platform/rate-limits/allowance.js';
import { fc } from '../../support/property.js';

const rates = fc
  .record({ count: fc.integer({ min: 1, max: 500 }), seconds: fc.integer({ min: 1, max: 600 }) })
  .map(({ count, seconds }) => new Rate(count, seconds));

/** Takes one action if it may come. */
function isTaken(rate: Rate, allowance: Allowance, now: number): boolean {
  const { isAllowed } = standing(rate, allowance.owedAt(now));
  if (isAllowed) allowance.owe(costMs(rate), now);
  return isAllowed;
}

describe('a rate', () => {
  it('lets all of its actions come at once, and says how long the next one has to wait', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const allowance = new Allowance();
        for (let n = 1; n <= rate.count; n += 1) {
          expect(isTaken(rate, allowance, 1000)).toBe(true);
          expect(standing(rate, allowance.owedAt(1000)).remaining).toBe(rate.count - n);
        }
        const next = standing(rate, allowance.owedAt(1000));
        expect(next).toMatchObject({ isAllowed: false, limit: rate.count, remaining: 0 });
        expect(next.resetSeconds).toBe(rate.seconds);
        expect(isTaken(rate, allowance, 1000 + next.retryAfterSeconds * 1000)).toBe(true);
      }),
    );
  });

  it('is never exceeded, in whichever stretch of time', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const allowance = new Allowance();
        const taken: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (isTaken(rate, allowance, now)) taken.push(now);
        }
        for (let from = 0; from < taken.length; from += 1) {
          for (let to = from; to < taken.length; to += 1) {
            const elapsed = (taken[to] ?? 0) - (taken[from] ?? 0);
            expect(to - from + 1).toBeLessThanOrEqual(rate.count + elapsed / costMs(rate) + 0.1);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('turns', () => {
  it('come at once for a sixteenth of a rate, and then at eight times its even speed', () => {
    const rate = new Rate(600, 60);
    const allowance = new Allowance();
    const waits = Array.from({ length: 600 }, () => allowance.waitForTurn(rate, 1000));
    expect(waits.slice(0, 38)).toEqual(Array(38).fill(0));
    expect(waits[38]).toBeCloseTo(18.75);
    expect(waits.at(-1)).toBeCloseTo(((600 - 37.5) * 100) / 8);
    // Whoever then pauses for as long as the rate has, may come at once again.
    expect(allowance.waitForTurn(rate, 1000 + 60_000)).toBe(0);
  });

  it('are waited for neither by a few, nor for long', () => {
    const rate = new Rate(30, 3600);
    const allowance = new Allowance();
    const waits = Array.from({ length: 30 }, () => allowance.waitForTurn(rate, 1000));
    expect(waits.slice(0, 20)).toEqual(Array(20).fill(0));
    expect(waits.slice(20)).toEqual(Array.from({ length: 10 }, (_, n) => (n + 1) * 25));
  });

  it('cost nobody a wait who keeps to the even speed', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const allowance = new Allowance();
        for (let n = 0; n < rate.count; n += 1) expect(allowance.waitForTurn(rate, n * costMs(rate))).toBe(0);
      }),
    );
  });
});

describe('an allowance', () => {
  const rate = new Rate(10, 10);

  it('takes over what other nodes have counted, and forgets nothing when the store does', () => {
    const allowance = new Allowance();
    allowance.owe(2_000, 0);
    expect(allowance.handOver(0)).toBe(2_000);
    allowance.owe(1_000, 0);
    allowance.learn(7_000, 0);
    expect(standing(rate, allowance.owedAt(0)).remaining).toBe(2);
    allowance.learn(0, 0);
    expect(standing(rate, allowance.owedAt(0)).remaining).toBe(2);
  });

  it('has nothing to tell of what is paid back already', () => {
    const allowance = new Allowance();
    allowance.owe(3_000, 0);
    expect(allowance.untoldAt(2_500)).toBe(500);
    expect(allowance.untoldAt(4_000)).toBe(0);
  });

  it('tells again what could not be told', () => {
    const allowance = new Allowance();
    allowance.owe(3_000, 0);
    allowance.takeBack(allowance.handOver(0));
    expect(allowance.untoldAt(0)).toBe(3_000);
  });

  it('is as before when an action is given back', () => {
    const allowance = new Allowance();
    allowance.owe(3_000, 0);
    allowance.owe(-3_000, 0);
    expect([allowance.owedAt(0), allowance.untoldAt(0)]).toEqual([0, 0]);
  });
});
