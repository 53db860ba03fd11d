import type { CandidateStore, Opening } from './candidate.store.js';
import { bitOf, countEntries, decodeEntries, mayHold, seqsOf, sliceOf, timeAt } from './slices.js';

/** A message that the index takes for a hit. */
export interface Candidate {
  readonly conversationId: string;
  readonly seq: number;
  readonly at: number;
}

/** A conversation that is searched. */
export interface Searched {
  readonly conversationId: string;
  /** Messages up to this one are not for the caller to see. */
  readonly visibleAfterSeq: number;
  /** No message is newer; in milliseconds. */
  readonly newestAt: number;
}

export interface Wanted {
  readonly terms: readonly number[];
  /** Milliseconds, both excluded. */
  readonly before: number;
  readonly after: number;
}

/** Conversations that one question is about: those whose unseen messages may be the newest. */
const TOGETHER = 500;
/** Slices of each that are looked at first; then sixteen times as many each time. */
const FIRST_WINDOW = 4;
/** Slices that one question may look at; and after how many a scan ends, once it has come any way. */
const WINDOWS = 8_192;
const SCAN = 65_536;

interface Progress extends Searched {
  /** No message that was not seen yet is newer. */
  newestAt: number;
  /** Slices still to be looked at, from this one down to `first`; undefined before the conversation's opening was read. */
  next: number | undefined;
  first: number;
  window: number;
  /** Messages from this one on were in the open segment, or are newer than this scan. */
  openFrom: number;
}

/**
 * Goes through the messages that hold all terms, newest first, over many conversations at once. The index knows when each
 * message was sent; so only what comes next in time is looked at, in the conversations that may have it.
 */
export class CandidateScan {
  private open: Progress[];
  private found: Candidate[] = [];
  private slicesSeen = 0;
  private isSpent = false;
  private readonly start: number;

  constructor(
    private readonly store: CandidateStore,
    searched: readonly Searched[],
    private readonly wanted: Wanted,
  ) {
    this.open = searched.map((conversation) => ({
      ...conversation,
      newestAt: Math.min(conversation.newestAt, wanted.before - 1),
      next: undefined,
      first: 0,
      window: FIRST_WINDOW,
      openFrom: 0,
    }));
    this.leaveFinished();
    this.start = this.frontier;
  }

  /** In milliseconds: all that is newer was found; -Infinity when that is all there is. */
  get frontier(): number {
    return this.open.reduce((max, { newestAt }) => Math.max(max, newestAt), -Infinity);
  }

  /** The next candidates, newest first, perhaps none; undefined at the end, or when one scan has seen enough. */
  async next(): Promise<Candidate[] | undefined> {
    if (this.open.length === 0 && this.found.length === 0) return undefined;
    if (this.isSpent) return undefined;
    if (this.open.length > 0) await this.look();
    if (this.slicesSeen >= SCAN) await this.pause();
    const { frontier } = this;
    const next = this.found.filter(({ at }) => at > frontier).toSorted(newestFirst);
    this.found = this.found.filter(({ at }) => at <= frontier);
    return next;
  }

  private async look(): Promise<void> {
    this.open.sort((a, b) => b.newestAt - a.newestAt);
    const looked = this.open.slice(0, TOGETHER);
    const unread = looked.filter(({ next }) => next === undefined);
    await (unread.length > 0 ? this.readOpenings(unread) : this.readWindows(looked));
    this.leaveFinished();
  }

  private leaveFinished(): void {
    this.open = this.open.filter(
      ({ next, first, newestAt }) => (next === undefined || next >= first) && newestAt > this.wanted.after,
    );
  }

  private async readOpenings(unread: readonly Progress[]): Promise<void> {
    const openings = await this.store.openings(
      unread.map(({ conversationId }) => conversationId),
      this.wanted,
    );
    const byId = new Map(openings.map((opening) => [opening.conversationId, opening]));
    for (const progress of unread) {
      const opening = byId.get(progress.conversationId);
      progress.next = -1;
      if (opening) this.begin(progress, opening);
    }
  }

  private begin(progress: Progress, opening: Opening): void {
    const { terms } = this.wanted;
    const firstSeq = opening.seq - countEntries(opening) + 1;
    const entries = terms.every((term) => mayHold(opening, term)) ? decodeEntries(opening) : [];
    entries.forEach((entry, i) => {
      if (terms.every((term) => entry.terms.includes(term))) this.take(progress, firstSeq + i, entry.at);
    });
    lower(progress, timeAt(opening.times, 0) ?? Infinity);
    progress.next = firstSeq > 1 ? Math.min(sliceOf(firstSeq - 1), opening.lastSlice ?? -1) : -1;
    progress.openFrom = firstSeq;
    progress.first = Math.max(sliceOf(progress.visibleAfterSeq + 1), opening.firstSlice ?? 0);
  }

  /** Windows begin where those of other conversations do: the same slices of many are one range of the index. */
  private async readWindows(looked: readonly Progress[]): Promise<void> {
    const most = Math.floor(WINDOWS / looked.length);
    const ends = new Map(looked.map(({ conversationId, next = -1 }) => [conversationId, next]));
    const windows = new Map<string, { conversationIds: string[]; from: number; to: number }>();
    for (const progress of looked) {
      const size = Math.min(progress.window, most);
      const from = Math.floor((progress.next ?? 0) / size) * size;
      const window = windows.get(`${from} ${size}`) ?? { conversationIds: [], from, to: from + size - 1 };
      windows.set(`${from} ${size}`, window);
      window.conversationIds.push(progress.conversationId);
      this.slicesSeen += size;
      progress.next = from - 1;
      progress.window *= 16;
    }
    const byId = new Map(looked.map((progress) => [progress.conversationId, progress]));
    const postings = await this.store.postings([...windows.values()], this.wanted.terms);
    const begun = new Map<string, number>();
    for (const { conversationId, slice, bits, times } of postings) {
      const progress = byId.get(conversationId);
      // A window may hold slices that were looked at before.
      if (!progress || slice > (ends.get(conversationId) ?? -1)) continue;
      for (const seq of seqsOf(slice, BigInt(bits)))
        if (seq < progress.openFrom) this.take(progress, seq, timeAt(times, bitOf(seq)));
      begun.set(
        conversationId,
        Math.min(begun.get(conversationId) ?? Infinity, timeAt(times, 0) ?? Infinity),
      );
    }
    // Whatever was not seen is older than the slices that were.
    for (const [conversationId, at] of begun) lower(byId.get(conversationId), at);
  }

  /** Makes the frontier tell how far this scan has come, and ends it if that is any way at all. */
  private async pause(): Promise<void> {
    const looked = this.open.filter(({ next }) => next !== undefined);
    const last = looked.map(({ conversationId, next = 0 }) => ({ conversationId, slice: next + 1 }));
    const byId = new Map(looked.map((progress) => [progress.conversationId, progress]));
    for (const { conversationId, startsAt } of await this.store.beginnings(last))
      lower(byId.get(conversationId), startsAt.getTime());
    this.leaveFinished();
    this.isSpent = this.frontier < this.start;
  }

  /** What is newer than anything should be came while the scan went on: it is not taken, because it is out of turn. */
  private take({ conversationId, visibleAfterSeq, newestAt }: Progress, seq: number, at = Infinity): void {
    if (seq <= visibleAfterSeq || at <= this.wanted.after || at > newestAt) return;
    this.found.push({ conversationId, seq, at });
  }
}

function lower(progress: Progress | undefined, at: number): void {
  if (progress) progress.newestAt = Math.min(progress.newestAt, at);
}

/** Newest first; of the same millisecond in an order that never changes. */
export function newestFirst(a: Candidate, b: Candidate): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.conversationId !== b.conversationId)
    return BigInt(a.conversationId) < BigInt(b.conversationId) ? 1 : -1;
  return b.seq - a.seq;
}
