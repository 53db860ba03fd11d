import type { EventRecord, SyncRecord } from '../record.js';

interface Place {
  /** The first message that is not held yet; undefined where nothing is known. */
  readonly next: number | undefined;
  /** Changes up to this rev are held already: the client drops them. */
  readonly heldRev: number;
  /** Whether lower ones may come again, until the next one comes. */
  readonly mayRepeat: boolean;
  /**
   * The last one that has come again. Those that come again rise, and may leave out others: what Redis lost and the
   * outbox still had is appended once more, without what was settled before.
   */
  readonly again?: number;
}

const NOWHERE: Place = { next: undefined, heldRev: 0, mayRepeat: false };

/** How far a device has come in each conversation, as a client that obeys the protocol keeps it. */
export class Progress {
  private readonly places = new Map<string, Place>();
  private readonly trail: { cursor: string; conversation: string; place: Place }[] = [];
  private last: { conversation: string; place: Place } | undefined;

  /** Without a snapshot nothing is known. */
  static from(this: void, snapshot?: SyncRecord): Progress {
    const progress = new Progress();
    for (const [conversation, { seq, rev }] of Object.entries(snapshot?.held ?? {}))
      progress.go(conversation, { next: seq + 1, heldRev: rev, mayRepeat: false });
    if (snapshot)
      for (const [conversation] of progress.places) progress.markAs(snapshot.cursor, conversation);
    return progress;
  }

  /** How far the device had come when it got a cursor. */
  at(cursor: string): Progress {
    const then = new Progress();
    const end = this.trail.findLastIndex((step) => step.cursor === cursor);
    for (const { conversation, place } of this.trail.slice(0, end + 1)) then.go(conversation, place);
    return then;
  }

  mark(cursor: string): void {
    const { last } = this;
    this.last = undefined;
    if (last) this.trail.push({ cursor, ...last });
    else {
      const [some] = this.places;
      if (some) this.trail.push({ cursor, conversation: some[0], place: some[1] });
    }
  }

  /** Delivery begins anew: each conversation may go back, but must not leave out. */
  beginAnew(): void {
    for (const [conversation, place] of this.places)
      this.places.set(conversation, { ...place, mayRepeat: true, again: undefined });
  }

  /** Goes on by one event; says what is wrong with it. */
  take(event: EventRecord, user: string): string | undefined {
    const { type, conversation, seq = 0 } = event;
    if (conversation === undefined) return undefined;
    const place = this.places.get(conversation) ?? NOWHERE;
    if (type === 'message.created') return this.takeMessage(conversation, event, place);
    if (type === 'conversation.synced') {
      const wrong =
        place.next !== undefined && seq >= place.next ? `skipped from ${place.next} on` : undefined;
      this.go(conversation, { next: seq + 1, heldRev: event.rev ?? 0, mayRepeat: false });
      return wrong;
    }
    if (type === 'mailbox.gap') {
      const skipped = place.next !== undefined && (event.fromSeq ?? 0) > place.next;
      const next = Math.max(place.next ?? 0, seq + 1);
      this.go(conversation, { ...place, next, mayRepeat: true, again: undefined });
      return skipped ? `skipped from ${place.next} on, before a gap` : undefined;
    }
    if (isOwnMembership(event, user)) this.go(conversation, NOWHERE);
    return undefined;
  }

  private takeMessage(conversation: string, event: EventRecord, place: Place): string | undefined {
    const { seq = 0, rev = 0 } = event;
    const { next, heldRev, mayRepeat, again = 0 } = place;
    if (next !== undefined && seq < next) {
      if (rev <= heldRev) return undefined;
      if (!mayRepeat || seq <= again) return `repeated, as ${next} was next,`;
      this.go(conversation, { ...place, again: seq });
      return undefined;
    }
    this.go(conversation, { next: seq + 1, heldRev, mayRepeat: false });
    return next === undefined || seq === next ? undefined : `skipped from ${next} on`;
  }

  private go(conversation: string, place: Place): void {
    this.places.set(conversation, place);
    this.last = { conversation, place };
  }

  private markAs(cursor: string, conversation: string): void {
    const place = this.places.get(conversation);
    if (place) this.trail.push({ cursor, conversation, place });
  }
}

/** Joining, again or for the first time, and leaving: what lies between is not told. */
const isOwnMembership = ({ type, member }: EventRecord, user: string): boolean =>
  type === 'conversation.created' || (['member.added', 'member.removed'].includes(type) && member === user);
