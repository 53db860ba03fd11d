import type { HistoryRecord } from '../../faults/history/record.js';
import { anEvent } from './a-history.js';
import { type Allowed, type Change, type Violation, add, asked, both } from './altering.js';

const mark = (seq: number, overrides: object = {}): Change =>
  add({ ...asked, operation: 'mark', conversation: 'c', user: 'bob', seq, ...overrides });
const look = (seq: number, begun: number): HistoryRecord => ({
  operation: 'marks',
  process: 'p',
  begun,
  at: begun + 10,
  user: 'bob',
  held: { c: seq },
});
const told = (seq: number): Change =>
  add(
    anEvent(70, 'bob-phone#2', { type: 'receipt.read', seq, user: 'bob', key: undefined, value: undefined }),
  );

export const violations: readonly Violation[] = [
  ['readMarksAreKept', 'an acknowledged mark that is gone', both(mark(40), add(look(39, 7_000)))],
  [
    'readMarksAreKept',
    'a mark that a later one takes back',
    both(mark(40), mark(20, { begun: 6_600, at: 6_610 }), add(look(20, 7_000))),
  ],
  [
    'readMarksAreKept',
    'a mark that goes back, acknowledged or not',
    both(mark(40, { outcome: 'unknown' }), add(look(40, 7_000), look(20, 7_100), look(40, 7_200))),
  ],
  [
    'readMarksAreKept',
    'a conversation that is not listed any more',
    both(mark(40), add({ ...look(40, 7_000), held: {} } as HistoryRecord)),
  ],
  ['noReadMarkInvented', 'a reading of which nobody had told', told(40)],
  ['noReadMarkInvented', 'another reading than was told', both(mark(40), told(41), add(look(41, 7_500)))],
];

export const allowed: readonly Allowed[] = [
  ['a mark that is there, and was told', both(mark(40), told(40), add(look(40, 7_500)))],
  [
    'a mark that was not seen by who looked meanwhile',
    both(mark(40), add(look(0, 6_490), { ...look(40, 7_000) })),
  ],
  [
    'a mark of which nobody knows',
    both(mark(40, { outcome: 'unknown' }), add(look(0, 7_000), look(40, 7_100))),
  ],
];
