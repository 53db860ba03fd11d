import { Injectable } from '@nestjs/common';
import type { ConversationDelivery } from '../mailbox/delivery.js';
import { LATENESS_MS, MailboxService } from '../mailbox/mailbox.service.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { OutboxStore } from './outbox.store.js';

/** Milliseconds of positions that one record covers, so that a long outage costs few of them. */
const COVER_MS = 60_000;

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
   * took longer than it may.
   */
  async deliver(
    span: { readonly oldest: Date; readonly newest: Date },
    deliveries: readonly ConversationDelivery[],
    withinMs?: number,
  ): Promise<ReadonlySet<string>> {
    const time = { committedMs: span.newest.getTime(), withinMs };
    const latestMs = span.oldest.getTime() + LATENESS_MS;
    const inTime = await this.mailbox.deliver({ ...time, latestMs }, deliveries);
    if (inTime.kind === 'done') return inTime.refused;
    if (inTime.kind === 'stale') throw new Error('it has waited for too long');
    const late = await this.mailbox.deliver({ ...time, latestMs: await this.cover(span) }, deliveries);
    if (late.kind !== 'done') throw new Error('positions have passed what was put on record');
    return late.refused;
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
