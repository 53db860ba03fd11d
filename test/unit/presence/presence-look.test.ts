import { describe, expect, it } from 'vitest';
import { decodeTold, encodeTold, lookAt } from '../../../src/presence/presence-look.js';
import { EARLIER, LATER, NOW, aDue, aPresence, active, idle } from './a-presence.js';

describe('a look at a user', () => {
  it('finds news where others were told of something else', () => {
    const came = lookAt(aDue({ devices: [active] }), aPresence({ lastSeenAt: EARLIER }));
    expect(came).toMatchObject({ isNews: true, told: { status: 'online', lastSeenAt: EARLIER } });
    const idles = lookAt(aDue({ devices: [idle] }), aPresence({ shownStatus: 'online' }));
    expect(idles).toMatchObject({ isNews: true, told: { status: 'away' } });
    const speaks = lookAt(aDue(), aPresence({ statusText: 'Away till Monday' }));
    expect(speaks).toMatchObject({
      isNews: true,
      told: { status: 'offline', statusText: 'Away till Monday' },
    });
  });

  it('finds that they have come or gone, as others see it', () => {
    const turned = (due: Parameters<typeof aDue>[0], stored: Parameters<typeof aPresence>[0]) =>
      lookAt(aDue(due), aPresence(stored)).hasTurned;
    expect(turned({ devices: [active] }, {})).toBe(true);
    expect(turned({}, { shownStatus: 'away' })).toBe(true);
    expect(turned({ devices: [active] }, { shownStatus: 'online', status: 'invisible' })).toBe(true);
    expect(turned({ devices: [idle] }, { shownStatus: 'online' })).toBe(false);
    expect(turned({}, { statusText: 'Away till Monday' })).toBe(false);
    expect(turned({ devices: [active] }, { status: 'invisible' })).toBe(false);
  });

  it('finds none where what had happened is undone', () => {
    const still = aPresence({ shownStatus: 'online', shownText: 'Hi', statusText: 'Hi' });
    expect(lookAt(aDue({ devices: [active] }), still).isNews).toBe(false);
    expect(lookAt(aDue(), aPresence()).isNews).toBe(false);
  });

  it('notes when they were seen last: when they left, or when they hid', () => {
    const seen = aPresence({ shownStatus: 'busy', lastSeenAt: EARLIER });
    const leftMs = NOW.getTime() - 5_000;
    expect(lookAt(aDue({ leftMs }), seen).told.lastSeenAt).toEqual(new Date(leftMs));
    expect(lookAt(aDue({ devices: [active] }), { ...seen, status: 'invisible' }).told).toMatchObject({
      status: 'offline',
      lastSeenAt: NOW,
    });
    // What noted it was lost with Redis' data.
    expect(lookAt(aDue(), seen).told.lastSeenAt).toEqual(NOW);
  });

  it('is none of the others’ business while they hide', () => {
    const hidden = aPresence({ status: 'invisible', lastSeenAt: EARLIER });
    for (const due of [{ devices: [active] }, { leftMs: NOW.getTime() }]) {
      const { isNews, told } = lookAt(aDue(due), hidden);
      expect([isNews, told.lastSeenAt]).toEqual([false, EARLIER]);
    }
  });

  it('goes by what was published, where the node that did it died before it was on record', () => {
    const told = { status: 'offline' as const, statusText: null, lastSeenAt: EARLIER };
    const stored = aPresence({ shownStatus: 'online' });
    const look = lookAt(aDue({ told: encodeTold(told), leftMs: NOW.getTime() }), stored);
    expect(look).toMatchObject({ isNews: false, told });
    const back = lookAt(aDue({ told: encodeTold(told), devices: [active] }), stored);
    expect(back).toMatchObject({ isNews: true, told: { status: 'online', lastSeenAt: EARLIER } });
  });

  it('comes again when the text ends', () => {
    const text = { statusText: 'Lunch', shownText: 'Lunch' };
    const until = (statusTextUntil: Date | null) => lookAt(aDue(), aPresence({ ...text, statusTextUntil }));
    expect(until(LATER)).toMatchObject({ isNews: false, nextLookMs: 3_600_000 });
    expect(until(null).nextLookMs).toBeUndefined();
    expect(until(EARLIER)).toMatchObject({ isNews: true, nextLookMs: undefined, told: { statusText: null } });
  });
});

it('what was told comes back as it was', () => {
  for (const lastSeenAt of [NOW, null]) {
    const told = { status: 'away' as const, statusText: 'Say "hi"\n', lastSeenAt };
    expect(decodeTold(encodeTold(told))).toEqual(told);
  }
});
