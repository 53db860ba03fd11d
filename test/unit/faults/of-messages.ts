import { aConnect, aFinalRead, aReady, aSend, anEvent, range } from './a-history.js';
import {
  type Allowed,
  type Change,
  type Violation,
  add,
  asked,
  both,
  change,
  event,
  is,
  send,
  without,
} from './altering.js';

const finalRead = (seqs: readonly number[]): Change => change(is('read'), { items: aFinalRead(seqs).items });
const removal = add({ ...asked, operation: 'remove', conversation: 'c', user: 'bob' });
const block = add({ ...asked, operation: 'block', conversation: 'c' });
const revocation = add({ ...asked, operation: 'revoke', session: 'bob-1' });
const deletion = add({ ...asked, operation: 'delete', conversation: 'c', seq: 7, value: null });
const edit = add({ ...asked, operation: 'edit', conversation: 'c', seq: 7, value: 'other' });
export const violations: readonly Violation[] = [
  ['acknowledgedIsStored', 'an acknowledged message that is gone', finalRead(range(1, 59))],
  ['acknowledgedIsStored', 'another one in its place', change(send(7), { key: 'k7b' })],
  ['refusedIsNotStored', 'a refused message that is there', change(send(7), { outcome: 'refused' })],
  ['nothingInvented', 'a stored message that nobody sent', without(send(7))],
  ['nothingInvented', 'a message with another text', change(event(7), { value: 'other' })],
  ['nothingInvented', 'a message of somebody else', change(event(7), { sender: 'bob' })],
  [
    'nothingInvented',
    'an event of what was never committed',
    change(event(60), { key: 'k59', value: 'text 59' }),
  ],
  ['oneRowPerKey', 'a message stored twice', add(aSend(7, { seq: 61, at: 6_200 }))],
  [
    'oneRowPerKey',
    'two rows of one clientId',
    change(is('read'), {
      items: [...aFinalRead(range(1, 60)).items, { ...aFinalRead([60]).items[0], seq: 61 }],
    }),
  ],
  ['oneValuePerSeq', 'two messages under one number', add(aSend(61, { seq: 60 }))],
  ['seqsWithoutHoles', 'a number that is missing', finalRead(range(1, 60).filter((seq) => seq !== 30))],
  [
    'acknowledgedBefore',
    'a later message with a smaller number',
    both(
      change(send(7), { seq: 8 }),
      change((r) => r.operation === 'send' && r.key === 'k8', { seq: 7 }),
    ),
  ],
  ['cursorsRise', 'a cursor that goes back', change(event(7), { cursor: '1004-0' })],
  ['cursorsRise', 'a cursor that comes twice', change(event(7), { cursor: '1006-0' })],
  ['nothingSkippedOrRepeated', 'a message that a connection leaves out', without(event(7))],
  [
    'nothingSkippedOrRepeated',
    'a message that a resumed connection leaves out at its beginning',
    without(event(31)),
  ],
  ['nothingSkippedOrRepeated', 'a message that comes twice', change(event(8), { seq: 7 })],
  [
    'nothingSkippedOrRepeated',
    'a replay that leaves out',
    both(
      change((r) => r.operation === 'ready' && r.at === 3_070, { resumed: false }),
      without(event(31)),
    ),
  ],
  [
    'nothingSkippedOrRepeated',
    'a replay that repeats the same twice',
    (records) =>
      records.flatMap((record) =>
        record.operation === 'ready' && record.at === 3_070
          ? [
              { ...record, resumed: false },
              anEvent(29, 'bob-phone#2', { cursor: '1029-0.c', at: 3_071 }),
              anEvent(29, 'bob-phone#2', { cursor: '1029-0.d', at: 3_072 }),
            ]
          : [record],
      ),
  ],
  [
    'nothingSkippedOrRepeated',
    'a replay that says it is whole and is not',
    both(
      change((r) => r.operation === 'ready' && r.at === 3_070, { resumed: false }),
      change(event(31), { type: 'conversation.synced', seq: 40, rev: 41 }),
    ),
  ],
  [
    'nothingSkippedOrRepeated',
    'an old cursor from which not all comes again',
    add(
      aConnect('bob-phone#3', 6_300, { cursor: '1050-0', cursorKind: 'old' }),
      aReady('bob-phone#3', 6_301),
      anEvent(52, 'bob-phone#3', { at: 6_302 }),
    ),
  ],
  ['entitledHaveSeen', 'a device that missed a message', without(event(60))],
  ['devicesAgree', 'a device that never comes to the end', without(is('agreed'))],
  ['devicesAgree', 'a device that comes to the end late', change(is('agreed'), { at: 40_000 })],
  [
    'nothingAfterRemoval',
    'a later message to whoever was removed',
    both(removal, add(aSend(61, { begun: 6_600, at: 6_610 }), anEvent(61, 'bob-phone#2', { at: 6_620 }))),
  ],
  [
    'nothingAfterRemoval',
    'an earlier message on a later connection',
    both(
      removal,
      add(
        aConnect('bob-phone#3', 6_700),
        aReady('bob-phone#3', 6_701),
        anEvent(60, 'bob-phone#3', { at: 6_702 }),
      ),
    ),
  ],
  [
    'nothingAfterRemoval',
    'a message taken from whoever was removed',
    both(removal, add(aSend(61, { user: 'bob', begun: 6_600, at: 6_610 }))),
  ],
  [
    'nothingAfterBlock',
    'a message taken after a block',
    both(block, add(aSend(61, { begun: 6_600, at: 6_610 }))),
  ],
  [
    'nothingAfterRevocation',
    'a much later message to an ended session',
    both(
      revocation,
      add(aSend(61, { begun: 17_000, at: 17_010 }), anEvent(61, 'bob-phone#2', { at: 17_020 })),
    ),
  ],
  [
    'nothingAfterRevocation',
    'a message taken from an ended session',
    both(revocation, add(aSend(61, { session: 'bob-1', begun: 6_600, at: 6_610 }))),
  ],
  ['changesAreKept', 'an acknowledged edit that is gone', edit],
  ['changesAreKept', 'an acknowledged deletion that is gone', deletion],
  [
    'deletedIsNotShown',
    'a deleted text on a later connection',
    both(
      deletion,
      add(
        aConnect('bob-phone#3', 6_700),
        aReady('bob-phone#3', 6_701),
        anEvent(7, 'bob-phone#3', { at: 6_702 }),
      ),
    ),
  ],
  [
    'resourcesReturn',
    'memory that does not come back',
    change((r) => r.operation === 'usage' && r.phase === 'after', { memoryBytes: 120_000_000 }),
  ],
  [
    'resourcesReturn',
    'handles that do not come back',
    change((r) => r.operation === 'usage' && r.phase === 'after', { handles: 90 }),
  ],
  [
    'resourcesReturn',
    'batches that wait',
    change((r) => r.operation === 'usage' && r.phase === 'after', { queued: 1 }),
  ],
  [
    'nobodyDies',
    'a node that ends by itself',
    add({ operation: 'died', process: 'p', at: 7_000, node: 'n1', detail: '' }),
  ],
  [
    'alive',
    'sends that fail although nothing is broken',
    change((r) => r.operation === 'send' && (r.seq ?? 0) > 55, { outcome: 'unknown' }),
  ],
  [
    'alive',
    'a service that does not come back after a fault',
    change((r) => r.operation === 'send' && (r.seq ?? 0) > 30, { outcome: 'unknown', at: 14_000 }),
  ],
];

export const allowed: readonly Allowed[] = [
  ['an unknown send that is stored', change(send(7), { outcome: 'unknown', seq: undefined })],
  ['a repetition that gets the first answer', add(aSend(7, { at: 6_200 }))],
  [
    'a replay that repeats a little',
    (records) =>
      records.flatMap((record) =>
        record.operation === 'ready' && record.at === 3_070
          ? [{ ...record, resumed: false }, anEvent(30, 'bob-phone#2', { cursor: '1029-0.c', at: 3_071 })]
          : [record],
      ),
  ],
  [
    'a replay after which some of what is held comes again, with holes',
    (records) =>
      records.flatMap((record) =>
        record.operation === 'ready' && record.at === 3_070
          ? [
              { ...record, resumed: false },
              anEvent(27, 'bob-phone#2', { cursor: '1029-0.c', at: 3_071 }),
              anEvent(29, 'bob-phone#2', { cursor: '1029-0.d', at: 3_072 }),
            ]
          : [record],
      ),
  ],
  [
    'an old cursor from which all comes again',
    add(
      aConnect('bob-phone#3', 6_300, { cursor: '1050-0', cursorKind: 'old' }),
      aReady('bob-phone#3', 6_301),
      anEvent(51, 'bob-phone#3', { at: 6_302 }),
    ),
  ],
  [
    'a message that was written just before the removal was answered',
    both(removal, change(event(60), { at: 6_520 })),
  ],
  [
    'a session that hears a little more',
    both(
      revocation,
      add(
        aSend(61, { begun: 8_000, at: 8_010 }),
        anEvent(61, 'bob-phone#2', { at: 8_020 }),
        aFinalRead(range(1, 61)),
      ),
      change(is('agreed'), { seq: 61 }),
    ),
  ],
];
