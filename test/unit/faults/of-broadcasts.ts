import type { EventRecord, HistoryRecord } from '../../faults/history/record.js';
import { aConnect, aReady, aSend, anEvent } from './a-history.js';
import { type Allowed, type Change, type Violation, add, asked, both, change } from './altering.js';

const value = 'announcement 1';
const published = add({ ...asked, operation: 'publish', value, broadcast: 'b1' });
const recalled = add({ ...asked, operation: 'recall', broadcast: 'b1', begun: 6_600, at: 6_610 });
/** On Bob's second connection, or on another. */
const aBroadcast = (n: number, overrides: Partial<EventRecord> = {}): EventRecord =>
  anEvent(n, 'bob-phone#2', {
    type: 'broadcast.published',
    conversation: undefined,
    seq: undefined,
    rev: undefined,
    sender: undefined,
    key: undefined,
    broadcast: 'b1',
    value,
    ...overrides,
  });
const shown = add(aBroadcast(65));
const aRecall = (n: number, overrides: Partial<EventRecord> = {}): EventRecord =>
  aBroadcast(n, { type: 'broadcast.recalled', value: '', ...overrides });
const told = add(aRecall(67));
const listed = (broadcasts: readonly string[]): Change =>
  add({ operation: 'listed', process: 'p', at: 9_000, user: 'bob', broadcasts });
/** Bob's phone, once more. */
const again = (at: number, resumed: boolean, ...events: EventRecord[]): Change =>
  add(
    aConnect('bob-phone#3', at, { cursor: '1067-0' }),
    aReady('bob-phone#3', at + 1, resumed),
    ...events.map((event) => ({ ...event, connection: 'bob-phone#3' })),
  );
/** A connection of Bob's phone with another cursor than its own. */
const probe = (at: number, ...events: EventRecord[]): Change =>
  add(
    aConnect('bob-phone#4', at, { cursor: '1050-0', cursorKind: 'old' }),
    aReady('bob-phone#4', at + 1),
    ...events.map((event) => ({ ...event, connection: 'bob-phone#4' })),
  );
const aFault = (phase: 'begun' | 'healed', at: number): HistoryRecord => ({
  operation: 'fault',
  process: 'p',
  at,
  number: 1,
  kind: 'node frozen',
  phase,
});

export const violations: readonly Violation[] = [
  ['broadcastsAreShown', 'a device that is never shown a broadcast', both(published, listed(['b1']))],
  [
    'broadcastsAreShown',
    'a broadcast that only a probe was shown',
    both(published, listed(['b1']), probe(7_000, aBroadcast(71))),
  ],
  ['broadcastsAreShown', 'a list without a broadcast', both(published, shown, listed([]))],
  ['broadcastsComeOnce', 'a broadcast that comes twice', both(published, shown, add(aBroadcast(66)))],
  [
    'broadcastsComeOnce',
    'a broadcast that comes again on a resumed connection',
    both(published, shown, again(6_700, true, aBroadcast(68))),
  ],
  [
    'broadcastsComeOnce',
    'a replay that brings a broadcast, and the mailbox that brings it too',
    both(published, shown, again(6_700, false, aBroadcast(68), aBroadcast(69))),
  ],
  [
    'broadcastsComeOnce',
    'an old cursor from which a broadcast comes twice',
    both(published, shown, probe(6_700, aBroadcast(68), aBroadcast(69))),
  ],
  ['broadcastsAreAsPublished', 'a broadcast that nobody published', shown],
  [
    'broadcastsAreAsPublished',
    'a broadcast shown before it was asked for',
    both(published, add(aBroadcast(64))),
  ],
  [
    'broadcastsAreAsPublished',
    'a publication that makes two broadcasts',
    both(published, shown, add(aBroadcast(66, { broadcast: 'b2' }))),
  ],
  [
    'recallsTakeBack',
    'a recalled broadcast on a much later connection',
    both(published, recalled, probe(14_000, aBroadcast(141), aRecall(142))),
  ],
  ['recallsTakeBack', 'a recall that is never told', both(published, shown, recalled)],
  [
    'recallsTakeBack',
    'a broadcast that comes after its recall',
    both(published, recalled, told, add(aBroadcast(68), aRecall(69))),
  ],
  ['recallsTakeBack', 'a list with a recalled broadcast', both(published, recalled, listed(['b1']))],
  [
    'recallsTakeBack',
    'a recall that shows what was said',
    both(published, shown, recalled, add(aRecall(67, { value }))),
  ],
];

export const allowed: readonly Allowed[] = [
  ['a broadcast that is shown, and listed', both(published, shown, listed(['b1']))],
  [
    'a broadcast that a device had by its snapshot',
    both(
      published,
      change((r) => r.operation === 'sync', { broadcasts: ['b1'] }),
      listed(['b1']),
    ),
  ],
  [
    'a broadcast that comes again where delivery begins anew',
    both(published, shown, again(6_700, false, aBroadcast(68)), listed(['b1'])),
  ],
  [
    'a publication that is repeated until it is known',
    both(
      add({ ...asked, operation: 'publish', value, begun: 6_400, outcome: 'unknown' }),
      published,
      shown,
      listed(['b1']),
    ),
  ],
  ['a broadcast that is recalled before anybody sees it', both(published, recalled, told, listed([]))],
  ['a broadcast that is recalled after it was shown', both(published, shown, recalled, told, listed([]))],
  [
    'a broadcast that was on its way when it was recalled',
    both(published, recalled, add(aBroadcast(66), aRecall(67)), listed([])),
  ],
  [
    'a broadcast that a fault held up on its way beyond its recall',
    both(
      published,
      recalled,
      add(aFault('begun', 6_505), aFault('healed', 12_000), aSend(7, { begun: 12_050, at: 12_060 })),
      again(12_100, true, aBroadcast(122), aRecall(123)),
      listed([]),
      change((r) => r.operation === 'plan', { faults: ['redis emptied', 'node frozen'] }),
    ),
  ],
];
