import { History } from './history.js';
import { alive, nobodyDies } from './invariants/alive.js';
import { broadcastsAreAsPublished, broadcastsAreShown, broadcastsComeOnce } from './invariants/broadcasts.js';
import { changesAreKept, deletedIsNotShown } from './invariants/changes.js';
import { complete } from './invariants/complete.js';
import { entitledHaveSeen, devicesAgree } from './invariants/devices.js';
import { nothingAfterBlock, nothingAfterRemoval, nothingAfterRevocation } from './invariants/endings.js';
import { acknowledgedBefore, oneRowPerKey, oneValuePerSeq, seqsWithoutHoles } from './invariants/order.js';
import { noReactionInvented, reactionsAreKept } from './invariants/reactions.js';
import { noReadMarkInvented, readMarksAreKept } from './invariants/read-marks.js';
import { recallsTakeBack } from './invariants/recalls.js';
import { resourcesReturn } from './invariants/resources.js';
import { acknowledgedIsStored, nothingInvented, refusedIsNotStored } from './invariants/stored.js';
import { cursorsRise, nothingSkippedOrRepeated } from './invariants/streams.js';
import type { HistoryRecord } from './record.js';

/** Each says what is wrong, in words; nothing when the history keeps it. */
export const invariants = {
  acknowledgedIsStored,
  refusedIsNotStored,
  nothingInvented,
  oneRowPerKey,
  oneValuePerSeq,
  seqsWithoutHoles,
  acknowledgedBefore,
  cursorsRise,
  nothingSkippedOrRepeated,
  entitledHaveSeen,
  devicesAgree,
  nothingAfterRemoval,
  nothingAfterBlock,
  nothingAfterRevocation,
  changesAreKept,
  deletedIsNotShown,
  reactionsAreKept,
  noReactionInvented,
  readMarksAreKept,
  noReadMarkInvented,
  broadcastsAreShown,
  broadcastsComeOnce,
  broadcastsAreAsPublished,
  recallsTakeBack,
  resourcesReturn,
  nobodyDies,
  alive,
} as const;

export type InvariantName = keyof typeof invariants;

export interface Verdict {
  /** `unknown`: nothing speaks against it, but the run did not do what would prove it. */
  readonly verdict: 'passed' | 'failed' | 'unknown';
  readonly violations: Partial<Record<InvariantName, readonly string[]>>;
  /** Why a run proves nothing. */
  readonly missing: readonly string[];
}

export function judge(records: readonly HistoryRecord[]): Verdict {
  const history = new History(records);
  const missing = complete(history);
  const violations: Partial<Record<InvariantName, readonly string[]>> = {};
  for (const [name, invariant] of Object.entries(invariants)) {
    const found = invariant(history);
    if (found.length > 0) violations[name as InvariantName] = found;
  }
  const isBroken = Object.keys(violations).length > 0;
  return { verdict: isBroken ? 'failed' : missing.length > 0 ? 'unknown' : 'passed', violations, missing };
}
