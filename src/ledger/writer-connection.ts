import { type DataSource, type EntityManager, QueryFailedError, type QueryRunner } from 'typeorm';
import { unavailable } from '../platform/errors/chat-error.js';
import { within } from '../platform/jobs/within.js';
import { isConnectionLoss } from '../platform/errors/translate.js';

/** A transaction that has not ended by then is given up with its connection. Milliseconds. */
const TRANSACTION_MS = 6_000;
const ROLLBACK_MS = 1_000;
/** Seconds for which a transaction waits for another one's rows: less than it has in all. */
const LOCK_WAIT_SECONDS = 3;

/** Connections of the pool that may have ended unnoticed, when its server was restarted. */
const MOST_ENDED = 50;

/** Whether the failure came before COMMIT was sent, so that surely nothing was done, or after. */
export class TransactionFailed extends Error {
  override readonly name = 'TransactionFailed';
  constructor(
    readonly outcome: 'not_done' | 'unknown',
    override readonly cause: unknown,
  ) {
    super(`transaction failed (${outcome}): ${String(cause)}`);
  }
}

/** One connection of a writer lane's own, kept for as long as it works. */
export class WriterConnection {
  private runner: QueryRunner | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs the work and commits it, within so many milliseconds. Throws a TransactionFailed that says whether it may have
   * been committed. Where the connection is in doubt it is thrown away, so that the server rolls back what was not.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>, withinMs = TRANSACTION_MS): Promise<T> {
    const attempt: Attempt = { outcome: 'not_done', isAbandoned: false };
    try {
      return await within(Math.min(withinMs, TRANSACTION_MS), this.run(attempt, work), noAnswer);
    } catch (error) {
      attempt.isAbandoned = true;
      if (attempt.outcome === 'unknown' || !(await this.rollBack(error))) await this.destroy();
      throw new TransactionFailed(attempt.outcome, error);
    }
  }

  private async run<T>(attempt: Attempt, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = await this.begin(attempt);
    const result = await work(runner.manager);
    // Whoever gave this attempt up has told its callers that nothing was done: it must stay so.
    if (attempt.isAbandoned) throw new Error('abandoned');
    attempt.outcome = 'unknown';
    await runner.query('COMMIT');
    return result;
  }

  /** A connection may have ended while it was idle, here or in the pool: others are tried before anybody is told. */
  private async begin(attempt: Attempt): Promise<QueryRunner> {
    for (let ended = 0; ; ended += 1) {
      try {
        const runner = await this.connect(attempt);
        await runner.query('START TRANSACTION');
        return runner;
      } catch (error) {
        const hadOne = this.runner !== undefined && isConnectionLoss(error);
        if (!hadOne || attempt.isAbandoned || ended === MOST_ENDED) throw error;
        await this.destroy();
      }
    }
  }

  /** Only after an error that the server itself reported does the connection still stand. */
  private async rollBack(error: unknown): Promise<boolean> {
    if (!this.runner || isConnectionLoss(error) || !(error instanceof QueryFailedError)) return false;
    try {
      await within(ROLLBACK_MS, this.runner.query('ROLLBACK'), noAnswer);
      return true;
    } catch {
      return false;
    }
  }

  async destroy(): Promise<void> {
    const runner = this.runner;
    this.runner = undefined;
    if (!runner) return;
    const connection = (await runner.connect()) as { destroy(): void };
    connection.destroy();
    await runner.release().catch(() => undefined);
  }

  private async connect(attempt: Attempt): Promise<QueryRunner> {
    if (this.runner) return this.runner;
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    if (attempt.isAbandoned) {
      // Given up while it waited for a connection: used now, it would hold locks that nobody ends.
      await runner.release();
      throw new Error('abandoned');
    }
    this.runner = runner;
    await runner.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await runner.query(`SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`);
    return runner;
  }
}

interface Attempt {
  outcome: TransactionFailed['outcome'];
  isAbandoned: boolean;
}

const noAnswer = (): Error => unavailable('The database gave no answer in time.');
