import { Injectable } from '@nestjs/common';
import type { ConversationDelivery } from '../mailbox/delivery.js';
import { type DeliveryResult, LATENESS_MS, MailboxService } from '../mailbox/mailbox.service.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { OutboxStore } from './outbox.store.js';

/** Milliseconds of positions that one record covers, so that a long outage costs few of them. */
const COVER_MS = 60_000;
const TOO_OLD = 'what is at hand is too old';

/**
 * Delivers what may be late: changes that get positions long after their commit time (after an outage, or a node that
 * stood still). Replays from MySQL go by commit time, so lateness is put on record before it happens.
 */
@Injectable()
export class LateDispatches {
  private covered: { fromMs: number; toMs: number } | undefined;

  constructor(
    private readonly mailbox: MailboxService,
    private readonly outbox: OutboxStore,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Returns the conversations that were refused because earlier revs are missing. Throws when Redis is away, and where it
   * has not taken the deliveries by their end, on this node's steady clock.
   */
  async deliver(
    span: { readonly oldest: Date; readonly newest: Date },
    deliveries: readonly ConversationDelivery[],
    endsAt = Infinity,
  ): Promise<ReadonlySet<string>> {
    const deliver = (latestMs: number): Promise<DeliveryResult> => {
      const time = { committedMs: span.newest.getTime(), latestMs, withinMs: leftUntil(endsAt) };
      return this.mailbox.deliver(time, deliveries);
    };
    const inTime = await deliver(span.oldest.getTime() + LATENESS_MS);
    if (inTime.kind === 'done') return inTime.refused;
    const late = inTime.kind === 'late' ? await deliver(await this.cover(span)) : inTime;
    if (late.kind === 'done') return late.refused;
    throw new Error(late.kind === 'late' ? 'positions have passed what was put on record' : TOO_OLD);
  }

  /** The highest position for which lateness from the span's oldest change on is on record. */
  private async cover({ oldest, newest }: { readonly oldest: Date; readonly newest: Date }): Promise<number> {
    const fromMs = oldest.getTime();
    const now = await this.outbox.databaseTime();
    const nowMs = Math.max(now.getTime(), newest.getTime());
    if (this.covered && this.covered.fromMs <= fromMs && this.covered.toMs > nowMs + COVER_MS / 2)
      return this.covered.toMs;
    const toMs = nowMs + COVER_MS;
    await this.outbox.recordLateDispatch(this.ids.next(), oldest, new Date(toMs));
    this.covered = { fromMs, toMs };
    return toMs;
  }
}

/** Undefined where there is no end. */
function leftUntil(endsAt: number): number | undefined {
  const left = endsAt - performance.now();
  if (left <= 0) throw new Error(TOO_OLD);
  return Number.isFinite(left) ? left : undefined;
}
