import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type ChatError, outcomeUnknown, unavailable } from '../platform/errors/chat-error.js';
import { toChatError } from '../platform/errors/translate.js';
import { sqlCode } from '../platform/errors/sql-code.js';
import type { CommitPlan, Posted } from './commit-plan.js';
import type { MessageDraft } from './stored-message.js';
import { TransactionFailed, type WriterConnection } from './writer-connection.js';

/** Sends that one transaction takes. */
const BATCH_SENDS = 400;
/** Characters that they may have: escaped, they must fit into the largest packet that any server takes by default. */
const BATCH_CHARACTERS = 3_000_000;
/** Sends that wait for a lane; further ones are refused, so that an overload does not become memory. */
const QUEUED_SENDS = 20_000;
/** Milliseconds within which a send is answered, if need be with an unknown outcome. */
const ANSWER_MS = 12_000;
const RETRY_MS = 100;
/** Milliseconds after which a batch that is still being stored is late: nobody else should wait for it. */
const LATE_MS = 100;

interface Waiting {
  readonly draft: MessageDraft;
  readonly deadlineMs: number;
  readonly resolve: (posted: Posted) => void;
  readonly reject: (error: ChatError) => void;
}

/** What a lane does with a batch. */
export interface LaneWork<C extends { readonly plan: CommitPlan }> {
  /** Resolves when the next batch may be taken. */
  pace(): Promise<void>;
  /**
   * Stores the batch in the given transaction; the plan says what became of each send. Called again after a failure,
   * with the news that some sends may be stored already.
   */
  commit(manager: EntityManager, drafts: readonly MessageDraft[], mayRepeat: boolean): Promise<C>;
  /** Called once, after the senders have their answers. */
  committed(result: C): void;
}

/**
 * One writer: gathers the sends that come while its last transaction is under way, and stores them with the next.
 * No timer: an idle lane adds no waiting. All sends of a conversation that are under
 * way on a node at a time go through the same lane.
 */
export class WriterLane<C extends { readonly plan: CommitPlan }> {
  private readonly queue: Waiting[] = [];
  private working: Promise<void> | undefined;
  /** When it began to store a batch, while it does. */
  private storingSince: number | undefined;
  private readonly logger = new Logger(WriterLane.name);

  constructor(
    private readonly connection: WriterConnection,
    private readonly lane: LaneWork<C>,
  ) {}

  /**
   * Resolves when the message is durable. Throws `service.unavailable` when it surely is not stored,
   * `service.outcome_unknown` when that could not be found out in time.
   */
  async post(draft: MessageDraft): Promise<Posted> {
    if (this.queue.length >= QUEUED_SENDS) throw unavailable('Too many messages are waiting to be stored.');
    return new Promise((resolve, reject) => {
      this.queue.push({ draft, deadlineMs: performance.now() + ANSWER_MS, resolve, reject });
      this.working ??= this.work();
    });
  }

  /** Whether the batch under way takes longer than it should. */
  get isLate(): boolean {
    return this.storingSince !== undefined && performance.now() - this.storingSince > LATE_MS;
  }

  /** Waits for what is queued. */
  async drain(): Promise<void> {
    await this.working;
    await this.connection.destroy();
  }

  private async work(): Promise<void> {
    // Sends of the same turn of the event loop belong into one transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      this.storingSince = performance.now();
      await this.store(this.takeBatch());
      this.storingSince = undefined;
      await this.lane.pace();
    }
    this.working = undefined;
  }

  private takeBatch(): Waiting[] {
    let characters = 0;
    const tooMany = this.queue.findIndex(({ draft }, i) => {
      characters += sizeOf(draft);
      return i > 0 && (i >= BATCH_SENDS || characters > BATCH_CHARACTERS);
    });
    return this.queue.splice(0, tooMany < 0 ? this.queue.length : tooMany);
  }

  /**
   * A send is known by its key, so a batch can be tried again after anything: what an earlier attempt did store is
   * found, not stored twice.
   */
  private async store(batch: readonly Waiting[]): Promise<void> {
    const drafts = batch.map(({ draft }) => draft);
    const deadlineMs = Math.min(...batch.map((waiting) => waiting.deadlineMs));
    let mayBeStored = false;
    for (let attempts = 0; ; attempts += 1) {
      try {
        this.settle(batch, await this.attempt(drafts, deadlineMs, attempts > 0));
        return;
      } catch (error) {
        mayBeStored ||= error instanceof TransactionFailed && error.outcome === 'unknown';
        const cause = error instanceof TransactionFailed ? error.cause : error;
        if (!(mayBeStored || isConflict(cause)) || performance.now() >= deadlineMs) {
          this.refuse(batch, cause, mayBeStored);
          return;
        }
        // The first attempt does not look for repetitions: that it met one is nothing to wait for.
        if (attempts > 0 || sqlCode(cause) !== 'ER_DUP_ENTRY')
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async attempt(drafts: readonly MessageDraft[], deadlineMs: number, mayRepeat: boolean): Promise<C> {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw unavailable('The database took too long.');
    return this.connection.transaction((manager) => this.lane.commit(manager, drafts, mayRepeat), leftMs);
  }

  private settle(batch: readonly Waiting[], result: C): void {
    batch.forEach(({ resolve }, i) => {
      const posted = result.plan.outcomes[i];
      if (posted) resolve(posted);
    });
    this.lane.committed(result);
  }

  private refuse(batch: readonly Waiting[], cause: unknown, mayBeStored: boolean): void {
    this.logger.error(`${batch.length} sends failed: ${String(cause)}`);
    const error = mayBeStored ? outcomeUnknown(cause) : toChatError(cause);
    for (const { reject } of batch) reject(error);
  }
}

/** Another transaction was in the way: a deadlock, or the same send stored by another lane or node meanwhile. */
const isConflict = (cause: unknown): boolean =>
  ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_DUP_ENTRY'].includes(sqlCode(cause) ?? '');

const sizeOf = ({ text, attachments, mentions, metadata }: MessageDraft): number =>
  [attachments, mentions, metadata].reduce(
    (sum, part) => sum + (part === null ? 0 : JSON.stringify(part).length),
    text?.length ?? 0,
  );
