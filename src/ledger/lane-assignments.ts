import { shardOf } from '../mailbox/shards.js';

/** What there is to know of a writer for whoever chooses one. */
export interface Assignable {
  /** Whether its transaction under way takes longer than it should: it waits for another one's rows, or for an answer. */
  readonly isLate: boolean;
}

/**
 * Which writer takes a send: the first one that is not late, so that what comes at the same time shares a transaction, and a
 * transaction that is stuck holds up what it holds already and nothing else. But all sends of a conversation that are under
 * way at a time have one writer, or they would overtake each other.
 */
export class LaneAssignments<L extends Assignable> {
  private readonly underWay = new Map<string, { readonly lane: L; sends: number }>();

  constructor(private readonly lanes: readonly L[]) {}

  /** For one send, until it is given back; undefined where there are no writers. */
  take(conversationId: string): L | undefined {
    const known = this.underWay.get(conversationId);
    if (known) {
      known.sends += 1;
      return known.lane;
    }
    const lane =
      this.lanes.find(({ isLate }) => !isLate) ?? this.lanes[shardOf(conversationId) % this.lanes.length];
    if (lane) this.underWay.set(conversationId, { lane, sends: 1 });
    return lane;
  }

  /** The send has its answer. */
  giveBack(conversationId: string): void {
    const known = this.underWay.get(conversationId);
    if (!known) return;
    known.sends -= 1;
    if (known.sends === 0) this.underWay.delete(conversationId);
  }
}
