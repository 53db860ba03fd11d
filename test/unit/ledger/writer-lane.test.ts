import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommitPlan } from '../../../src/ledger/commit-plan.js';
import type { MessageDraft } from '../../../src/ledger/stored-message.js';
import { TransactionFailed, type WriterConnection } from '../../../src/ledger/writer-connection.js';
import { WriterLane } from '../../../src/ledger/writer-lane.js';
import { aDraft, aMessage } from '../../support/builders.js';

type Outcome = 'done' | TransactionFailed;

beforeAll(() => Logger.overrideLogger(false));

/** A lane whose transactions end as the test says, one after the other; `done` when it says nothing. */
function aLane(...outcomes: Outcome[]) {
  const batches: (readonly MessageDraft[])[] = [];
  let hold: Promise<void> | undefined;
  const connection = {
    transaction: async <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> => {
      const result = await work({} as EntityManager);
      await hold;
      const outcome = outcomes.shift() ?? 'done';
      if (outcome !== 'done') throw outcome;
      return result;
    },
    destroy: async () => undefined,
  } as unknown as WriterConnection;
  const lane = new WriterLane(connection, {
    pace: async () => undefined,
    commit: async (_, drafts) => {
      batches.push(drafts);
      const plan: CommitPlan = {
        outcomes: drafts.map(({ id }) => ({ kind: 'stored', message: aMessage({ id }), isNew: true })),
        inserts: [],
        roots: [],
        heads: [],
      };
      return { plan };
    },
    committed: () => undefined,
  });
  const held = (): (() => void) => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    return release;
  };
  const post = (draft: MessageDraft) => lane.post(draft);
  return { lane, batches, post, held };
}

const failure = (outcome: TransactionFailed['outcome'], code = 'ECONNRESET') =>
  new TransactionFailed(outcome, Object.assign(new Error(code), { code }));
const drafts = (count: number) => Array.from({ length: count }, () => aDraft());
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a writer lane', () => {
  it('gathers what comes in a turn, and while a transaction is under way, and answers each', async () => {
    const { batches, post, held } = aLane();
    const release = held();
    const [first, second, third] = drafts(3) as [MessageDraft, MessageDraft, MessageDraft];
    const answers = [post(first), post(second)];
    await turn();
    answers.push(post(third));
    await turn();
    expect(batches).toEqual([[first, second]]);
    release();
    const ids = (await Promise.all(answers)).map((posted) => posted.kind === 'stored' && posted.message.id);
    expect(ids).toEqual([first.id, second.id, third.id]);
    expect(batches).toEqual([[first, second], [third]]);
  });

  it('takes no more into a transaction than one statement holds, in number', async () => {
    const { batches, post } = aLane();
    await Promise.all(drafts(1_000).map(post));
    expect(batches.map(({ length }) => length)).toEqual([400, 400, 200]);
  });

  it('takes no more into a transaction than one statement holds, in size', async () => {
    const { batches, post } = aLane();
    const large = drafts(400).map((draft) => ({
      ...draft,
      text: "'".repeat(16_384),
      metadata: { a: 'x'.repeat(8_000) },
    }));
    await Promise.all(large.map(post));
    // 16 MiB is what MariaDB takes by default; escaping may double the text.
    for (const batch of batches) {
      const sizes = batch.map(
        ({ text, metadata }) => 2 * (text?.length ?? 0) + 2 * JSON.stringify(metadata).length,
      );
      expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(16 * 1024 * 1024);
    }
    expect(batches.flat()).toEqual(large);
  });

  it('tries again what met another transaction, or may have been stored', async () => {
    for (const again of [
      failure('not_done', 'ER_LOCK_DEADLOCK'),
      failure('not_done', 'ER_LOCK_WAIT_TIMEOUT'),
      failure('not_done', 'ER_DUP_ENTRY'),
      failure('unknown'),
    ]) {
      const { batches, post } = aLane(again);
      expect((await post(aDraft())).kind).toBe('stored');
      expect(batches).toHaveLength(2);
    }
  });

  it('tries again until it is found out, once it may have been stored', async () => {
    const { batches, post } = aLane(failure('unknown'), failure('not_done'), failure('not_done'));
    expect((await post(aDraft())).kind).toBe('stored');
    expect(batches).toHaveLength(4);
  });

  it('says at once that nothing was stored where that is sure, and goes on with the next', async () => {
    const { batches, post } = aLane(failure('not_done'));
    await expect(post(aDraft())).rejects.toMatchObject({ code: 'service.unavailable' });
    expect((await post(aDraft())).kind).toBe('stored');
    expect(batches).toHaveLength(2);
  });

  it('refuses at once what would wait behind too many', async () => {
    const { lane, post, held } = aLane();
    const release = held();
    const waiting = drafts(20_000).map(post);
    await expect(post(aDraft())).rejects.toMatchObject({ code: 'service.unavailable', retryable: true });
    release();
    await Promise.all(waiting);
    await lane.drain();
  });

  it('ends when all that waits is answered', async () => {
    const { lane, batches, post } = aLane();
    const answers = drafts(500).map(post);
    await lane.drain();
    expect(batches.flat()).toHaveLength(500);
    await Promise.all(answers);
  });
});
