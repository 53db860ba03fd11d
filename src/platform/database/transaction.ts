import type { DataSource, EntityManager } from 'typeorm';
import { outcomeUnknown } from '../errors/chat-error.js';
import { isConnectionLoss } from '../errors/translate.js';

/**
 * Commits what `work` did, or nothing. When it throws before the commit, nothing was done; when the connection is lost
 * during the commit, nobody knows, and `service.outcome_unknown` says so.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    // What others have committed is seen: the rows that count are locked, and a snapshot of before would only conflict.
    await runner.startTransaction('READ COMMITTED');
    let result: T;
    try {
      result = await work(runner.manager);
    } catch (error) {
      await runner.rollbackTransaction().catch(() => undefined); // the server does it when the connection is lost
      throw error;
    }
    await commit(() => runner.commitTransaction());
    return result;
  } finally {
    await runner.release();
  }
}

/** Several questions, answered as of one moment: that of the first. They must change nothing. */
export async function inSnapshot<T>(
  dataSource: DataSource,
  questions: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    return await questions(runner.manager);
  } finally {
    await runner.rollbackTransaction().catch(() => undefined); // nothing was done
    await runner.release();
  }
}

async function commit(commitTransaction: () => Promise<void>): Promise<void> {
  try {
    await commitTransaction();
  } catch (error) {
    throw isConnectionLoss(error) ? outcomeUnknown(error) : error;
  }
}
