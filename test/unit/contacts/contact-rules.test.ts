import { describe, expect, it } from 'vitest';
import { newsOf } from '../../../src/contacts/contact-news.js';
import {
  type Pair,
  type PairChange,
  accept,
  ask,
  cancel,
  decline,
  put,
  remove,
} from '../../../src/contacts/contact-rules.js';
import type { ContactRow, ContactStatus } from '../../../src/users/contacts/contact.entity.js';
import { fc } from '../../support/property.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');

const aRow = (userId: string, status: ContactStatus, more: Partial<ContactRow> = {}): ContactRow => ({
  userId,
  contactId: userId === '1' ? '2' : '1',
  status,
  note: null,
  favourite: false,
  remind: false,
  since: NOW,
  changedAt: NOW,
  ...more,
});

const aPair = (more: Partial<Pair> = {}): Pair => ({
  userId: '1',
  otherId: '2',
  mine: null,
  theirs: null,
  hasBlocked: false,
  isApart: false,
  now: NOW,
  ...more,
});

const statuses = ({ mine, theirs }: PairChange) => [mine?.status, theirs?.status];

describe('a contact', () => {
  it('is added at once, keeps what is not given, and is not changed by the same again', () => {
    const { mine } = put(aPair(), { note: 'old' });
    expect(mine).toMatchObject({ status: 'contact', note: 'old', favourite: false, remind: false });
    const next = put(aPair({ mine: mine! }), { favourite: true }).mine!;
    expect(next).toMatchObject({ note: 'old', favourite: true, since: NOW });
    expect(next.changedAt.getTime()).toBe(NOW.getTime() + 1);
    expect(put(aPair({ mine: next }), { note: 'old', favourite: true })).toEqual({});
    expect(put(aPair({ mine: next }), { note: null }).mine!.note).toBeNull();
  });

  it('of whom nothing is kept when it is removed', () => {
    const mine = aRow('1', 'contact', { note: 'secret', favourite: true, remind: true });
    const gone = remove(aPair({ mine }), false).mine!;
    expect(gone).toMatchObject({ status: 'removed', note: null, favourite: false, remind: false });
    expect(put(aPair({ mine: gone }), {}).mine).toMatchObject({ status: 'contact', note: null });
  });

  it('is lost by both only where both have agreed', () => {
    const pair = aPair({ mine: aRow('1', 'contact'), theirs: aRow('2', 'contact') });
    expect(statuses(remove(pair, false))).toEqual(['removed', undefined]);
    expect(statuses(remove(pair, true))).toEqual(['removed', 'removed']);
    expect(remove(aPair({ theirs: aRow('2', 'contact') }), true)).toEqual({});
  });

  it('is nobody whom one has blocked, but may be noted of', () => {
    const blocked = aPair({ hasBlocked: true, isApart: true });
    for (const rule of [put, ask]) {
      expect(() => rule(blocked, {})).toThrow('contact.not_allowed');
      const before = { ...blocked, mine: aRow('1', 'contact') };
      expect(rule(before, { note: 'x' }).mine).toMatchObject({ status: 'contact', note: 'x' });
    }
  });
});

describe('a request', () => {
  it.each<[theirs: ContactStatus | undefined, isApart: boolean, becomes: (ContactStatus | undefined)[]]>([
    [undefined, false, ['asked', undefined]],
    ['removed', false, ['asked', undefined]],
    ['ended', false, ['asked', undefined]],
    ['asked', false, ['contact', 'contact']],
    ['contact', false, ['contact', undefined]],
    // Somebody whom they have blocked learns nothing of it.
    ['asked', true, ['asked', undefined]],
    ['contact', true, ['asked', undefined]],
  ])('to one who is %s, apart %s, makes %j', (theirs, isApart, becomes) => {
    const pair = aPair({ theirs: theirs === undefined ? null : aRow('2', theirs), isApart });
    expect(statuses(ask(pair, {}))).toEqual(becomes);
  });

  it('keeps what was noted until it is accepted', () => {
    const mine = ask(aPair(), { note: 'from work' }).mine!;
    const accepted = accept(aPair({ userId: '2', otherId: '1', theirs: mine }));
    expect(accepted.theirs).toMatchObject({ userId: '1', status: 'contact', note: 'from work' });
    expect(accepted.mine).toMatchObject({ userId: '2', contactId: '1', status: 'contact', note: null });
  });

  it.each([accept, decline])('is not answered where there is none, or one of somebody apart', (rule) => {
    expect(() => rule(aPair())).toThrow('contact_request.not_found');
    expect(() => rule(aPair({ theirs: aRow('2', 'contact') }))).toThrow('contact_request.not_found');
    const hidden = aPair({ theirs: aRow('2', 'asked'), isApart: true });
    expect(() => rule(hidden)).toThrow('contact_request.not_found');
  });

  it('is answered and cancelled again without effect', () => {
    expect(accept(aPair({ mine: aRow('1', 'contact'), theirs: aRow('2', 'contact') }))).toEqual({});
    expect(decline(aPair({ theirs: aRow('2', 'ended') }))).toEqual({});
    expect(cancel(aPair({ mine: aRow('1', 'ended') }))).toEqual({});
    expect(() => cancel(aPair())).toThrow('contact_request.not_found');
    expect(() => cancel(aPair({ mine: aRow('1', 'contact') }))).toThrow('contact_request.not_found');
  });
});

/** What one device holds, by what it was told. */
class Device {
  readonly contacts = new Set<string>();
  readonly requests = new Set<string>();

  hear(type: string, subjectId: string): void {
    const list = type.startsWith('contact.') ? this.contacts : this.requests;
    if (type.endsWith('.removed')) list.delete(subjectId);
    else list.add(subjectId);
  }
}

it('whoever applies what they are told holds their list and the requests between them', () => {
  const verbs = {
    put: (pair: Pair) => put(pair, {}),
    note: (pair: Pair) => put(pair, { note: pair.now.toISOString() }),
    ask: (pair: Pair) => ask(pair, {}),
    accept,
    decline,
    cancel,
    remove: (pair: Pair) => remove(pair, false),
    removeBoth: (pair: Pair) => remove(pair, true),
  };
  const step = fc.tuple(
    fc.constantFrom('1', '2'),
    fc.constantFrom(...Object.keys(verbs)) as fc.Arbitrary<keyof typeof verbs>,
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const rows: Record<string, ContactRow | null> = { '1': null, '2': null };
      const devices: Record<string, Device> = { '1': new Device(), '2': new Device() };
      for (const [userId, verb] of steps) {
        const otherId = userId === '1' ? '2' : '1';
        const pair = aPair({ userId, otherId, mine: rows[userId]!, theirs: rows[otherId]! });
        let change: PairChange = {};
        try {
          change = verbs[verb](pair);
        } catch {
          continue;
        }
        for (const row of [change.mine, change.theirs]) {
          if (!row) continue;
          const before = rows[row.userId] ?? null;
          if (before) expect(row.changedAt.getTime()).toBeGreaterThan(before.changedAt.getTime());
          for (const news of newsOf(before, row, false))
            devices[news.recipientId]!.hear(news.type, news.subjectId);
          rows[row.userId] = row;
        }
      }
      for (const [userId, device] of Object.entries(devices)) {
        const otherId = userId === '1' ? '2' : '1';
        expect(device.contacts.has(otherId)).toBe(rows[userId]?.status === 'contact');
        const isAsked = rows[userId]?.status === 'asked' || rows[otherId]?.status === 'asked';
        expect(device.requests.has(otherId)).toBe(isAsked);
      }
    }),
    { numRuns: 500 },
  );
});

it('whoever is apart hears nothing of a request to them', () => {
  const asked = aRow('1', 'asked');
  const ended = aRow('1', 'ended');
  expect(newsOf(null, asked, true).map(({ recipientId }) => recipientId)).toEqual(['1']);
  expect(newsOf(asked, ended, true).map(({ recipientId }) => recipientId)).toEqual(['1']);
  expect(newsOf(null, asked, false).map(({ recipientId }) => recipientId)).toEqual(['1', '2']);
});
