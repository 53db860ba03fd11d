import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Reference } from '../mailbox/reference.js';
import { inTransaction } from '../platform/database/transaction.js';
import { type CommittedBatch, Dispatcher } from './dispatcher.js';
import { OutboxDeliveries } from './outbox-deliveries.js';
import { OutboxStore, type PendingBatch } from './outbox.store.js';
import type { PersonalChange } from './personal-change.js';

/** What a transaction of changes that are no sent messages has done. */
export interface Recorded<T> {
  readonly result: T;
  readonly changes: readonly Reference[];
  /** What is outside all conversations, with its recipients. */
  readonly personal?: readonly PersonalChange[];
  /** The envelope of a change; empty, or absent, where followers shall read the event for themselves. */
  readonly render?: (reference: Reference, at: Date) => string;
  /** Whether the caller waits for the delivery, as far as Redis can be reached. */
  readonly isAnsweredAfterDelivery?: boolean;
}

/** Stores changes that are no sent messages, and brings them to the mailboxes. */
@Injectable()
export class RecordChanges {
  private readonly logger = new Logger(RecordChanges.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outbox: OutboxStore,
    private readonly outboxDeliveries: OutboxDeliveries,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** With their outbox row, in one transaction of the caller's making, which must take its revs under the heads' locks. */
  async of<T>(work: (manager: EntityManager) => Promise<Recorded<T>>): Promise<T> {
    const { done, batch } = await inTransaction(this.dataSource, async (manager) => {
      // Before the work: its lateness is counted from here, and a replay looks for what it stamps from here on.
      const committedAt = await this.outbox.databaseTime(manager);
      const done = await work(manager);
      const personal = (done.personal ?? []).filter(({ recipients }) => recipients.length > 0);
      if (done.changes.length + personal.length === 0) return { done, batch: undefined };
      const id = await this.outbox.add(manager, committedAt, done.changes, personal);
      return { done, batch: { id, committedAt, changes: done.changes, personal, madeAt: performance.now() } };
    });
    if (batch) await this.dispatchRecorded(batch, done.render);
    if (batch && done.isAnsweredAfterDelivery) await this.dispatcher.delivered(batch.id);
    return done.result;
  }

  /** Finishes what is on its way; what could not be delivered stays in the outbox. */
  async close(): Promise<void> {
    await this.dispatcher.close();
  }

  /** What is committed is committed: when its recipients can't be read now, the outbox is swept later. */
  private async dispatchRecorded(
    batch: PendingBatch & Pick<CommittedBatch, 'madeAt'>,
    render: Recorded<unknown>['render'] = () => '',
  ): Promise<void> {
    const { id: outboxId, committedAt, madeAt } = batch;
    try {
      const deliveries = (await this.outboxDeliveries.of([batch])).map((delivery) => ({
        ...delivery,
        // Others' changes before this one may still be under way.
        settledRev: undefined,
        events: delivery.events.map((event) => ({
          ...event,
          body: event.mustBeRead ? '' : event.body || render(event.reference, committedAt),
        })),
      }));
      this.dispatcher.dispatch({ outboxId, committedAt, madeAt, deliveries });
    } catch (error) {
      this.logger.warn(`batch ${outboxId} waits in the outbox: ${String(error)}`);
    }
  }
}
