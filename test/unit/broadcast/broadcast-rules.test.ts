import { describe, expect, it } from 'vitest';
import type { BroadcastReceipt } from '../../../src/broadcast/broadcast-receipt.entity.js';
import {
  isCurrent,
  isDue,
  requireRoom,
  requireShortBodies,
  requireTimes,
  stateOf,
  toBroadcastView,
} from '../../../src/broadcast/broadcast-rules.js';
import { aBroadcast } from '../../support/builders.js';

const now = new Date('2026-11-21T08:00:00.000Z');
const at = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000);
const receipt = (acknowledgedAt: Date | null): BroadcastReceipt => ({
  broadcastId: '1',
  userId: '200',
  deliveredAt: at(-1),
  acknowledgedAt,
});

describe('the times of a broadcast', () => {
  it.each([
    ['none', {}],
    ['a start in the past', { startsAt: at(-1) }],
    ['an end after the start', { startsAt: at(1), expiresAt: at(2) }],
  ])('may be %s', (_, times) => {
    expect(() => requireTimes({ startsAt: null, expiresAt: null, ...times }, now)).not.toThrow();
  });

  it.each([
    ['an end in the past', { expiresAt: at(-1) }, 'expiresAt'],
    ['an end now', { expiresAt: now }, 'expiresAt'],
    ['an end before the start', { startsAt: at(2), expiresAt: at(1) }, 'expiresAt'],
    ['an end at the start', { startsAt: at(1), expiresAt: at(1) }, 'expiresAt'],
    ['a start in two years', { startsAt: at(2 * 366 * 24) }, 'startsAt'],
  ])('are not %s', (_, times, path) => {
    expect(() => requireTimes({ startsAt: null, expiresAt: null, ...times }, now)).toThrow(
      expect.objectContaining({ code: 'request.invalid', errors: [expect.objectContaining({ path })] }),
    );
  });
});

it('a body has 16 KiB of UTF-8 at most', () => {
  const [fits, tooLong] = ['x'.repeat(16_384), 'é'.repeat(8_193)];
  const variants = (body: string) => ({ zh: { title: null, body } });
  expect(() => requireShortBodies({ body: fits, variants: variants(fits) })).not.toThrow();
  for (const [body, variant] of [
    [tooLong, fits],
    [fits, tooLong],
  ] as const)
    expect(() => requireShortBodies({ body, variants: variants(variant) })).toThrow(
      expect.objectContaining({ code: 'broadcast.too_long' }),
    );
});

it('200 wait or are current at a time', () => {
  expect(() => requireRoom(199)).not.toThrow();
  expect(() => requireRoom(200)).toThrow(expect.objectContaining({ code: 'broadcast.too_many' }));
});

describe('whoever comes gets', () => {
  const standing = { number: 7, publishedAt: at(-2) };
  it.each([
    ['what is published', {}, true, 'published'],
    ['not what waits', { number: null }, false, 'scheduled'],
    ['not what has ended', { endsAt: at(-1) }, false, 'expired'],
    ['not what was recalled', { recalledAt: at(-1) }, false, 'recalled'],
    ['not what was cancelled', { number: null, recalledAt: at(-1) }, false, 'cancelled'],
  ] as const)('%s', (_, overrides, isShown, state) => {
    const broadcast = aBroadcast({ ...standing, ...overrides });
    expect(isCurrent(broadcast, now)).toBe(isShown);
    expect(stateOf(broadcast, now)).toBe(state);
  });

  it.each([
    ['what no device has', false, undefined, true],
    ['not what one has', false, null, false],
    ['what one has and nobody acknowledged, where that is required', true, null, true],
    ['not what was acknowledged', true, at(-1), false],
  ])('%s', (_, requireAck, acknowledgedAt, isGiven) => {
    const own = acknowledgedAt === undefined ? undefined : receipt(acknowledgedAt);
    expect(isDue(aBroadcast({ requireAck }), own)).toBe(isGiven);
  });

  it('nothing that was for those alone who were connected', () => {
    expect(isDue(aBroadcast({ isForConnected: true }), undefined)).toBe(false);
  });
});

it('what was recalled shows nothing of what it said', () => {
  const broadcast = aBroadcast({
    title: 'Secret',
    body: 'Secret',
    link: 'https://secret.example',
    recalledAt: now,
  });
  expect(JSON.stringify(toBroadcastView(broadcast))).not.toMatch(/secret/i);
});
