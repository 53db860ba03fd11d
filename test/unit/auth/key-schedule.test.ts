import { describe, expect, it } from 'vitest';
import { type KeyPolicy, type ScheduledKey, planKeys } from '../../../src/auth/tokens/key-schedule.js';

const HOUR = 3_600_000;
const policy: KeyPolicy = { rotationMs: 240 * HOUR, leadMs: 12 * HOUR, tokenMs: HOUR };
const start = new Date('2026-01-01T00:00:00.000Z').getTime();
const at = (hours: number) => new Date(start + hours * HOUR);
const key = (generation: number, hours: number): ScheduledKey => ({ generation, signsFrom: at(hours) });

describe('signing keys', () => {
  it('begin with one that signs at once', () => {
    expect(planKeys([], policy, at(0)).wanted).toEqual({ generation: 1, signsFrom: at(0) });
  });

  it('get their successor the lead before it must sign, and no second one', () => {
    expect(planKeys([key(1, 0)], policy, at(227.9)).wanted).toBeUndefined();
    expect(planKeys([key(1, 0)], policy, at(228)).wanted).toEqual({ generation: 2, signsFrom: at(240) });
    expect(planKeys([key(1, 0), key(2, 240)], policy, at(239)).wanted).toBeUndefined();
  });

  it('publish a new key for the whole lead, also when the server was off at the time', () => {
    expect(planKeys([key(1, 0)], policy, at(9000)).wanted).toEqual({ generation: 2, signsFrom: at(9012) });
  });

  it('sign with the old key until the new one starts', () => {
    const keys = [key(1, 0), key(2, 240)];
    expect(planKeys(keys, policy, at(239.99)).signing?.generation).toBe(1);
    expect(planKeys(keys, policy, at(240)).signing?.generation).toBe(2);
  });

  it('end only when the last token of the key has expired', () => {
    const keys = [key(1, 0), key(2, 240)];
    expect(planKeys(keys, policy, at(241)).ended).toEqual([]);
    expect(planKeys(keys, policy, at(253.1)).ended).toEqual([key(1, 0)]);
  });

  it('sign with the only key there is, also for a node whose clock is behind', () => {
    expect(planKeys([key(1, 1)], policy, at(0)).signing?.generation).toBe(1);
  });
});
