import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/mailbox/devices.js';
import {
  type Choice,
  choiceOf,
  ownStatusOf,
  seenBy,
  statusOf,
  statuses,
  textAt,
} from '../../../src/presence/presence-rules.js';
import { fc } from '../../support/property.js';
import { EARLIER, LATER, NOW, aPresence, aWhereabout, active, idle } from './a-presence.js';

const aDevice = fc.record({ door: fc.constantFrom('socket.io', 'sse', 'poll'), isIdle: fc.boolean() });
const devicesAnd = fc.array(aDevice, { maxLength: 5 }) as fc.Arbitrary<Device[]>;
const aChoice = fc.constantFrom(...statuses).map(choiceOf);

describe('the status that others see', () => {
  it.each<[Choice, Device[], string]>([
    ['online', [], 'offline'],
    ['online', [active], 'online'],
    ['online', [idle], 'away'],
    ['online', [idle, active, idle], 'online'],
    ['online', [idle, idle], 'away'],
    ['busy', [], 'offline'],
    ['busy', [active], 'busy'],
    ['busy', [idle], 'busy'],
    ['invisible', [active, active], 'offline'],
    ['offline', [active], 'offline'],
  ])('of who is %s with %j is %s', (choice, devices, status) => {
    expect(statusOf(choice, devices)).toBe(status);
  });

  it('does not depend on the order of the devices, nor on the door', () => {
    fc.assert(
      fc.property(aChoice, devicesAnd, (choice, devices) => {
        const turned = devices.toReversed().map(({ isIdle }) => ({ door: 'poll' as const, isIdle }));
        expect(statusOf(choice, turned)).toBe(statusOf(choice, devices));
      }),
    );
  });

  it('never becomes less present by one more device at which somebody is', () => {
    const order = ['offline', 'away', 'online'];
    fc.assert(
      fc.property(devicesAnd, (devices) => {
        const before = order.indexOf(statusOf('online', devices));
        expect(order.indexOf(statusOf('online', [...devices, active]))).toBeGreaterThanOrEqual(before);
        expect(statusOf('online', [...devices, active])).toBe('online');
      }),
    );
  });

  it('is offline, and shows no device, of whoever hides', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Choice>('invisible', 'offline'),
        devicesAnd,
        fc.boolean(),
        fc.option(fc.integer({ min: 1, max: 9e12 }), { nil: undefined }),
        (status, devices, isLeaving, leftMs) => {
          const stored = aPresence({ status, lastSeenAt: EARLIER, shownStatus: 'online' });
          const seen = seenBy(stored, aWhereabout({ devices, isLeaving, leftMs }));
          expect(seen).toEqual({ status: 'offline', devices: [], lastSeenAt: EARLIER });
        },
      ),
    );
  });
});

it('nothing is hidden from oneself', () => {
  expect(ownStatusOf('invisible', [active])).toBe('invisible');
  expect(ownStatusOf('busy', [])).toBe('busy');
  expect(ownStatusOf('online', [idle])).toBe('away');
});

it('between two connections others see what they were told last', () => {
  const stored = aPresence({ shownStatus: 'away', lastSeenAt: EARLIER });
  const leaving = aWhereabout({ isLeaving: true, leftMs: NOW.getTime() });
  expect(seenBy(stored, leaving)).toEqual({ status: 'away', devices: [], lastSeenAt: EARLIER });
});

it('who has just left was last seen then, also before the others are told', () => {
  const gone = aWhereabout({ leftMs: NOW.getTime() });
  const stored = aPresence({ shownStatus: 'online', lastSeenAt: EARLIER });
  expect(seenBy(stored, gone)).toMatchObject({ status: 'offline', lastSeenAt: NOW });
  expect(seenBy({ ...stored, shownStatus: 'offline' }, gone).lastSeenAt).toEqual(EARLIER);
});

it('who hides when they were there last hides it always', () => {
  const stored = aPresence({ shownStatus: 'online', lastSeenAt: EARLIER, showsLastSeen: false });
  for (const where of [{}, { devices: [active] }, { leftMs: NOW.getTime() }, { isLeaving: true }])
    expect(seenBy(stored, aWhereabout(where)).lastSeenAt).toBeNull();
});

it('a text is there until it ends', () => {
  const text = { statusText: 'Lunch' };
  expect(textAt({ ...text, statusTextUntil: null }, NOW)).toBe('Lunch');
  expect(textAt({ ...text, statusTextUntil: LATER }, NOW)).toBe('Lunch');
  expect(textAt({ ...text, statusTextUntil: NOW }, NOW)).toBeNull();
  expect(textAt({ ...text, statusTextUntil: EARLIER }, NOW)).toBeNull();
});
