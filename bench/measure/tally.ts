import { percentileOf } from './summary.js';

/**
 * Counts what was sent and what came: every reader must get every message of its streams once, in order.
 * Streams are numbered from 0; their messages from 1.
 */
export class Tally {
  private readonly sentAt: number[][] = [];
  private readonly latencies: number[] = [];
  private readonly inboxes: Inbox[] = [];
  private readonly milestones: { readonly received: number; readonly reached: () => void }[] = [];
  received = 0;
  doubled = 0;
  disordered = 0;

  /** Takes the next number of a stream; its time begins now, or when it was due. */
  next(stream: number, at = performance.now()): number {
    const times = (this.sentAt[stream] ??= []);
    return times.push(at);
  }

  /** One reader's ear for one stream. */
  inbox(stream: number): (n: number) => void {
    const times = (this.sentAt[stream] ??= []);
    const inbox: Inbox = { stream, next: 1, missing: undefined };
    this.inboxes.push(inbox);
    return (n) => {
      this.take(inbox, n);
      this.latencies.push(performance.now() - (times[n - 1] ?? 0));
    };
  }

  get sent(): number {
    return this.sentAt.reduce((sum, times) => sum + times.length, 0);
  }

  /** Deliveries that are still to come, or never will. */
  get lost(): number {
    return this.inboxes.reduce(
      (sum, { stream, next, missing }) =>
        sum + (this.sentAt[stream]?.length ?? 0) + 1 - next + (missing?.size ?? 0),
      0,
    );
  }

  /** Resolves when every reader has so many messages of the one stream that there is. */
  everywhere(n: number): Promise<void> {
    return new Promise((reached) => this.milestones.push({ received: n * this.inboxes.length, reached }));
  }

  /** Resolves when everything has come, or when nothing has come for so long that the rest is lost. */
  async settled(quietMs = 5_000): Promise<void> {
    let quietSince = performance.now();
    let before = -1;
    while (this.lost > 0 && performance.now() - quietSince < quietMs) {
      if (this.received !== before) quietSince = performance.now();
      before = this.received;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Milliseconds from sending to delivery. */
  latency(percent: number): number {
    return percentileOf(this.latencies, percent);
  }

  get faults(): number {
    return this.lost + this.doubled + this.disordered;
  }

  private take(inbox: Inbox, n: number): void {
    this.received += 1;
    if (this.received === this.milestones[0]?.received) this.milestones.shift()?.reached();
    if (n === inbox.next) {
      inbox.next += 1;
    } else if (n > inbox.next) {
      inbox.missing ??= new Set();
      while (inbox.next < n) inbox.missing.add(inbox.next++);
      inbox.next += 1;
    } else if (inbox.missing?.delete(n)) {
      this.disordered += 1;
    } else {
      this.doubled += 1;
    }
  }
}

interface Inbox {
  readonly stream: number;
  next: number;
  missing: Set<number> | undefined;
}
