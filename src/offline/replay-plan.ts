import type { Announced } from '../broadcast/my-broadcasts.js';
import {
  AFTER_CONVERSATIONS,
  type Position,
  type ReplayMode,
  type ReplayPosition,
  formatPosition,
  formatReplay,
} from '../mailbox/cursor.js';
import type { Reference } from '../mailbox/reference.js';
import type { Missed } from '../messaging/missed.store.js';

/** What a replay brings of one conversation. */
export interface Planned extends Missed {
  /** Messages from this rev on come by the mailbox. */
  readonly comingFromRev?: number;
  /** Whether all other changes from that rev on do so too. */
  readonly isRestComing?: boolean;
}

/** Up to which rev whoever has got all of it holds the conversation. */
export const reachOf = ({ rev, comingFromRev }: Pick<Planned, 'rev' | 'comingFromRev'>): number =>
  comingFromRev === undefined ? rev : comingFromRev - 1;

/** A replay from MySQL, decided before its first event is written: what is committed later comes by the mailbox. */
export interface ReplayPlan {
  /** Whom it is for. */
  readonly userId: string;
  readonly mode: ReplayMode;
  readonly sinceMs: number;
  /** Where delivery goes on afterwards. */
  readonly tail: Position;
  readonly replayId: string;
  /** In id order. */
  readonly missed: readonly Planned[];
  /** What changed outside all conversations: told after them. */
  readonly personal: readonly Reference[];
  /** By the numbers of their casts; told last. */
  readonly broadcasts: readonly Announced[];
}

/** What a replay brings of a conversation, so that the mailbox need not bring it again. */
export interface Covered {
  readonly mode: ReplayMode;
  readonly userId: string;
  readonly afterSeq: number;
  readonly sinceRev: number;
  readonly rev: number;
}

/** By conversation. */
export const coverageOf = (plan: ReplayPlan): Map<string, Covered> =>
  new Map(
    plan.missed.map((planned) => {
      const { conversationId, afterSeq, sinceRev } = planned;
      const covered = { mode: plan.mode, userId: plan.userId, afterSeq, sinceRev, rev: reachOf(planned) };
      return [conversationId, covered];
    }),
  );

/**
 * Whether the replay has brought a change. Changes up to `sinceRev` it has not: they were dispatched late, and still
 * come. The pool brings others' new messages alone; what else happened before, it shows by their present state.
 */
export const covers = (covered: Covered, change: Reference): boolean =>
  change.rev > covered.sinceRev &&
  change.rev <= covered.rev &&
  (covered.mode === 'changes' || isOfPool(covered, change));

const isOfPool = ({ userId, afterSeq }: Covered, { type, subject, seq }: Reference): boolean =>
  type === 'message.created' && subject !== userId && seq > afterSeq;

/** A place in the plan, from which it can be taken up again: all of the conversation up to `seq` is written. */
export const placeIn = (plan: ReplayPlan, conversationId: string, seq: number): string =>
  formatReplay({ ...plan, conversationId, seq });

/** The place from which only what is outside the conversations comes again. */
export const placeAfterConversations = (plan: ReplayPlan): string => placeIn(plan, AFTER_CONVERSATIONS, 0);

/** The place from which only broadcasts come again whose casts have higher numbers. */
export const placeAfterBroadcast = (plan: ReplayPlan, { number }: Announced): string =>
  placeIn(plan, AFTER_CONVERSATIONS, number);

/** Resuming from here loses nothing: the beginning of the replay, or the tail where there is nothing to replay. */
export const beginningOf = (plan: ReplayPlan): string =>
  plan.missed.length + plan.personal.length + plan.broadcasts.length === 0
    ? formatPosition(plan.tail)
    : placeIn(plan, '0', 0);

/** What is left, at a place, of what comes after the conversations. */
export function remainingAfterConversations(
  { personal, broadcasts }: Pick<ReplayPlan, 'personal' | 'broadcasts'>,
  { conversationId, seq }: ReplayPosition,
): Pick<ReplayPlan, 'personal' | 'broadcasts'> {
  if (conversationId !== AFTER_CONVERSATIONS || seq === 0) return { personal, broadcasts };
  return { personal: [], broadcasts: broadcasts.filter(({ number }) => number > seq) };
}

/** What is left of a replay that was broken off at a place: the conversation there, and those after it. */
export function remaining(missed: readonly Missed[], at: ReplayPosition): Missed[] {
  const here = BigInt(at.conversationId);
  return missed
    .filter(({ conversationId }) => BigInt(conversationId) >= here)
    .map((one) =>
      one.conversationId === at.conversationId ? { ...one, afterSeq: Math.max(one.afterSeq, at.seq) } : one,
    );
}
