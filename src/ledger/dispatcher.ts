import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ChangeFeed } from '../feed/change-feed.js';
import type { ConversationDelivery } from '../mailbox/delivery.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import type { Reference } from '../mailbox/reference.js';
import { LateDispatches } from './late-dispatches.js';
import { OutboxDeliveries } from './outbox-deliveries.js';
import { OutboxStore, type PendingBatch } from './outbox.store.js';

/** Events that one round of delivery takes. */
const ROUND_EVENTS = 2_000;
/** Events that may wait for a round before those who commit wait too. */
const PACE_EVENTS = 500;
/** Milliseconds for which they wait at most: Redis may be away. */
const PACE_MS = 500;
/** Batches read from the outbox at a time. */
const PAGE = 100;
/** Milliseconds after which a batch of the outbox is taken over, whoever committed it. */
const TAKE_OVER_MS = 3_000;
const SWEEP_MS = 1_000;
/** Milliseconds over which delivered batches are gathered for the feeds. */
const SETTLE_MS = 100;
/** Milliseconds for which somebody waits for a batch that went to the outbox. */
const WAIT_MS = 5_000;
/**
 * Milliseconds after a commit for which what is at hand of it goes to those whom it was for then. After that it goes by the
 * outbox, and everybody reads it as they may see it: less than a removal waits for its delivery, so that nothing of before is
 * shown after its answer, however long Redis or a node has stood still.
 */
const AT_HAND_MS = 4_000;
const LOOK_AGAIN_MS = 50;

/** A committed transaction on its way to the mailboxes, its events ready to write. */
export interface CommittedBatch {
  readonly outboxId: string;
  readonly committedAt: Date;
  /** Just before its commit, by this node's steady clock. */
  readonly madeAt: number;
  readonly deliveries: readonly ConversationDelivery[];
}

/**
 * Brings what is committed to the mailboxes, at least once, in rev order per conversation; the mailboxes skip what they
 * have. What can't be delivered now stays in the outbox, from where any node takes it when it is time.
 */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap {
  private queue: CommittedBatch[] = [];
  private queuedEvents = 0;
  private readonly pacing = new Set<() => void>();
  /** Committed here and on the way: the sweep leaves these alone. */
  private readonly underWay = new Map<string, (() => void)[]>();
  /** In the mailboxes; not in the feeds yet, and so still in the outbox. */
  private done: CommittedBatch[] = [];
  /** Set when a delivery failed: order is then kept by going through the outbox, oldest first. */
  private isBehind = false;
  private working: Promise<void> | undefined;
  private sweeping: Promise<void> | undefined;
  /** When this node first saw the batches at the outbox's head, by its own steady clock. */
  private firstSeen = new Map<string, number>();
  private timers: NodeJS.Timeout[] = [];
  private readonly logger = new Logger(Dispatcher.name);

  constructor(
    private readonly mailbox: MailboxService,
    private readonly outbox: OutboxStore,
    private readonly fromOutbox: OutboxDeliveries,
    private readonly late: LateDispatches,
    private readonly feed: ChangeFeed,
  ) {}

  onApplicationBootstrap(): void {
    // At once: whoever reads from MySQL now, and resumes in the mailbox, gets twice what comes there after that.
    this.mailbox.onRestored(() => void this.sweep());
    this.timers = [
      setInterval(() => void this.sweep(), SWEEP_MS),
      setInterval(() => void this.settleDone(), SETTLE_MS),
    ];
  }

  /** Takes over a batch that was just committed. Returns at once: delivery is not part of the acknowledgement. */
  dispatch(batch: CommittedBatch): void {
    if (this.isBehind) return;
    this.underWay.set(batch.outboxId, []);
    this.queue.push(batch);
    this.count(countEvents(batch));
    if (this.queuedEvents > 10 * ROUND_EVENTS) this.fallBehind('too much to deliver');
    this.working ??= this.work();
  }

  /**
   * For whoever is about to commit: resolves when delivery keeps pace, or soon. Otherwise, at more sends than the
   * machine can deliver, acknowledgements would run ahead until all that was sent goes by the outbox.
   */
  async pace(): Promise<void> {
    if (this.queuedEvents <= PACE_EVENTS) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        this.pacing.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, PACE_MS);
      this.pacing.add(goOn);
    });
  }

  /** Resolves when a batch is in the mailboxes; without that when Redis is away, or when it takes too long. */
  async delivered(outboxId: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting = this.underWay.get(outboxId);
      if (waiting) waiting.push(resolve);
      else resolve();
    });
    const giveUpAt = performance.now() + WAIT_MS;
    while (
      !this.done.some((batch) => batch.outboxId === outboxId) &&
      this.mailbox.isReachable &&
      performance.now() < giveUpAt
    ) {
      if (!(await this.outbox.holds(outboxId).catch(() => true))) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Resolves when all that this node has committed so far is delivered, or left to the outbox. */
  async settled(): Promise<void> {
    await this.working;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.settled();
    await this.sweeping;
    await this.settleDone();
  }

  private async work(): Promise<void> {
    // Batches of the same turn of the event loop go out together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      const round = this.takeRound();
      try {
        await this.deliver(round);
        this.done.push(...round);
      } catch (error) {
        this.fallBehind(String(error));
      }
      for (const { outboxId } of round) this.leave(outboxId);
    }
    this.working = undefined;
  }

  private takeRound(): CommittedBatch[] {
    let events = 0;
    let end = 0;
    while (end < this.queue.length && (end === 0 || events < ROUND_EVENTS))
      events += countEvents(this.queue[end++]);
    this.count(-events);
    return this.queue.splice(0, end);
  }

  private fallBehind(reason: string): void {
    if (!this.isBehind) this.logger.warn(`delivery waits in the outbox: ${reason}`);
    this.isBehind = true;
    for (const { outboxId } of this.queue) this.leave(outboxId);
    this.queue = [];
    this.count(-this.queuedEvents);
  }

  private count(events: number): void {
    this.queuedEvents += events;
    if (this.queuedEvents <= PACE_EVENTS) for (const goOn of this.pacing) goOn();
  }

  /** The batch is delivered, or left to the outbox. */
  private leave(outboxId: string): void {
    for (const resolve of this.underWay.get(outboxId) ?? []) resolve();
    this.underWay.delete(outboxId);
  }

  /** A refused conversation has earlier revs under way elsewhere: they are in the outbox, and are delivered first, here. */
  private async deliver(batches: readonly CommittedBatch[]): Promise<void> {
    const deliveries = batches.flatMap((batch) => batch.deliveries);
    const endsAt = Math.min(...batches.map(({ madeAt }) => madeAt)) + AT_HAND_MS;
    const refused = await this.late.deliver(spanOf(batches), deliveries, endsAt);
    if (refused.size === 0) return;
    const missing = deliveries.filter(
      ({ conversationId, firstRev }) => firstRev > 0 && refused.has(conversationId),
    );
    const pending = await this.outbox.oldest(PAGE);
    if (pending.length === PAGE) throw new Error('the outbox is long');
    const earlier = await this.fromOutbox.upTo(pending, missing);
    const still = await this.late.deliver(spanOf([...pending, ...batches]), earlier, endsAt);
    if (still.size > 0) throw new Error(`${still.size} conversations are still refused`);
  }

  /** Takes what others left, or what this node could not deliver before, oldest first. */
  private async sweep(): Promise<void> {
    this.sweeping ??= this.sweepAll()
      .catch((error: unknown) => {
        this.isBehind = true;
        this.logger.debug(`outbox not swept: ${String(error)}`);
      })
      .finally(() => {
        this.sweeping = undefined;
      });
    await this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    while (this.mailbox.isReachable && (await this.isSweepDue())) {
      // From here on new batches go out directly; all that was committed before is in this page, or in a later one.
      this.isBehind = false;
      // Never a part of a page: what is not in it must be what was delivered.
      const page = await this.outbox.oldest(PAGE);
      if (page.length === 0) return;
      const refused = await this.late.deliver(spanOf(page), await this.fromOutbox.of(page));
      if (refused.size > 0) throw new Error(`${refused.size} conversations were refused`);
      await this.feed.append(page.flatMap(({ changes }) => changes));
      await this.outbox.remove(page.map(({ id }) => id));
      this.isBehind ||= page.length === PAGE;
    }
  }

  private async isSweepDue(): Promise<boolean> {
    if (this.isBehind) return true;
    const now = performance.now();
    const ids = await this.outbox.oldestIds(PAGE);
    this.firstSeen = new Map(ids.map((id) => [id, this.firstSeen.get(id) ?? now]));
    return ids.some((id) => !this.underWay.has(id) && now - (this.firstSeen.get(id) ?? now) >= TAKE_OVER_MS);
  }

  /** Into the feeds first: until then the outbox answers for the changes. What fails here the sweep finds there. */
  private async settleDone(): Promise<void> {
    const batches = this.done;
    if (batches.length === 0) return;
    this.done = [];
    try {
      await this.feed.append(batches.flatMap(changesOf));
      await this.outbox.remove(batches.map(({ outboxId }) => outboxId));
    } catch (error) {
      this.logger.debug(`${batches.length} batches stay in the outbox: ${String(error)}`);
    }
  }
}

const changesOf = ({ deliveries }: CommittedBatch): Reference[] =>
  deliveries.flatMap(({ events }) => events.map(({ reference }) => reference));

const countEvents = (batch: CommittedBatch | undefined): number =>
  batch?.deliveries.reduce((sum, { events }) => sum + events.length, 0) ?? 0;

function spanOf(batches: readonly (CommittedBatch | PendingBatch)[]): { oldest: Date; newest: Date } {
  const times = batches.map(({ committedAt }) => committedAt.getTime());
  return { oldest: new Date(Math.min(...times)), newest: new Date(Math.max(...times)) };
}
