import type { ReactRecord } from '../../faults/history/asked.js';
import { aFinalRead, anEvent, range } from './a-history.js';
import { type Allowed, type Change, type Violation, add, asked, both, change, is } from './altering.js';

const reaction = { conversation: 'c', seq: 7, user: 'bob', emoji: '👍' };
const aReaction = (overrides: Partial<ReactRecord> = {}): ReactRecord => ({
  ...asked,
  operation: 'react',
  ...reaction,
  isSet: true,
  ...overrides,
});
const set = add(aReaction());
const takenBack = add(aReaction({ isSet: false, begun: 6_600, at: 6_610 }));
const end = (overrides: object): Change =>
  change(is('read'), {
    items: aFinalRead(range(1, 60)).items.map((item) => (item.seq === 7 ? { ...item, ...overrides } : item)),
  });
const there = end({ reactions: [{ emoji: '👍', users: ['bob'] }] });
const shown = (type: 'reaction.added' | 'reaction.removed'): Change =>
  add(anEvent(70, 'bob-phone#2', { type, ...reaction, key: undefined, value: undefined }));

export const violations: readonly Violation[] = [
  ['reactionsAreKept', 'an acknowledged reaction that is gone', set],
  ['reactionsAreKept', 'a reaction that is there after it was taken back', both(set, takenBack, there)],
  [
    'reactionsAreKept',
    'a reaction that is gone, as another one is not known to be done',
    both(set, add(aReaction({ emoji: '🎉', outcome: 'unknown' }))),
  ],
  [
    'reactionsAreKept',
    'a reaction under a tombstone',
    both(
      set,
      add({ ...asked, operation: 'delete', conversation: 'c', seq: 7, value: null }),
      end({ value: null, reactions: [{ emoji: '👍', users: ['bob'] }] }),
    ),
  ],
  ['noReactionInvented', 'a stored reaction that nobody set', there],
  [
    'noReactionInvented',
    'a stored reaction that was refused',
    both(add(aReaction({ outcome: 'refused' })), there),
  ],
  ['noReactionInvented', 'a reaction shown that nobody set', shown('reaction.added')],
  [
    'noReactionInvented',
    'a reaction shown as taken back that nobody took back',
    both(set, there, shown('reaction.removed')),
  ],
];

export const allowed: readonly Allowed[] = [
  ['a reaction that is there, and was shown', both(set, there, shown('reaction.added'))],
  ['a reaction that was taken back', both(set, takenBack, shown('reaction.removed'))],
  ['a reaction that is there, as nobody knows', both(add(aReaction({ outcome: 'unknown' })), there)],
  ['a reaction that is not there, as nobody knows', add(aReaction({ outcome: 'unknown' }))],
  [
    'a reaction that is gone after a late attempt to take it back, of which nobody knows',
    both(add(aReaction({ isSet: false, outcome: 'unknown', begun: 6_400 })), set),
  ],
  [
    'either of two that were acknowledged at the same time',
    both(set, add(aReaction({ isSet: false, begun: 6_505, at: 6_515 })), there),
  ],
  [
    'a reaction that went with its message',
    both(
      set,
      add({ ...asked, operation: 'delete', conversation: 'c', seq: 7, value: null }),
      end({ value: null }),
    ),
  ],
];
