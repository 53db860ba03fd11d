import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { hashSecret, makeSecret } from '../crypto/secret-hash.js';
import { seal, unseal } from '../crypto/seal.js';
import { ChatError } from '../errors/chat-error.js';
import { every } from '../jobs/every.js';
import type { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyStore } from './idempotency.store.js';

/** How long a key is remembered. */
const KEPT_MS = 86_400_000;
/** A request that runs longer than this was lost with its node; the next one with its key runs instead. */
const LOST_MS = 60_000;
/** How long a repetition waits for the first request's answer. */
const WAIT_MS = 2_000;
const LOOK_AGAIN_MS = 100;
const PURGE_MS = 600_000;
const SEALED_FOR = 'mailroom idempotent answer';

export interface Keyed {
  readonly userId: string;
  readonly key: string;
  readonly requestHash: Buffer;
}

export interface Answer {
  readonly status: number;
  /** JSON; empty for an answer without a body. */
  readonly body: string;
}

/**
 * Remembers answers by user and `Idempotency-Key`. Only hashes of keys are stored and answers are sealed with the key,
 * so that the database alone reveals neither.
 */
@Injectable()
export class Idempotency implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Idempotency.name);
  private stopPurging: (() => void) | undefined;

  constructor(private readonly store: IdempotencyStore) {}

  onModuleInit(): void {
    this.stopPurging = every(PURGE_MS, this.logger, 'old idempotency keys not purged', () =>
      this.store.purge(new Date(Date.now() - KEPT_MS)),
    );
  }

  onApplicationShutdown(): void {
    this.stopPurging?.();
  }

  /**
   * A run, when the request must be carried out; else the stored answer. Throws `idempotency.conflict` when the key came
   * with another request, and `idempotency.in_progress` when the first one takes too long.
   */
  async begin(request: Keyed): Promise<Run | Answer> {
    const giveUpAt = Date.now() + WAIT_MS;
    for (;;) {
      const run = await this.tryToRun(request);
      if (run) return run;
      const row = await this.findOther(request);
      if (row?.status != null) return answerOf(row, request);
      if (Date.now() > giveUpAt)
        throw new ChatError(
          'conflict',
          'idempotency.in_progress',
          'The first request with this Idempotency-Key still runs.',
          { retryable: true, retryAfterSeconds: 1 },
        );
      await pause(LOOK_AGAIN_MS);
    }
  }

  /**
   * For requests that are safe to repeat: a run the first time, then the status of the first answer, as far as there was
   * one. Throws `idempotency.conflict`.
   */
  async note(request: Keyed): Promise<Run | Noted> {
    const run = await this.tryToRun(request);
    return run ?? { formerStatus: (await this.findOther(request))?.status ?? null };
  }

  private async tryToRun({ userId, key, requestHash }: Keyed): Promise<Run | undefined> {
    const keyHash = hashSecret(key);
    const id = { userId, keyHash, run: makeSecret(16) };
    const isNew = await this.store.add({
      ...id,
      requestHash,
      startedAt: new Date(),
      status: null,
      sealedBody: null,
    });
    if (!isNew) return undefined;
    return {
      finish: async ({ status, body }) =>
        this.store.finish(id, status, body === '' ? null : seal(body, key, SEALED_FOR)),
      forget: () => this.store.remove(id),
    };
  }

  /** The row that was first. Undefined, and gone, when it is too old. */
  private async findOther({ userId, key, requestHash }: Keyed): Promise<IdempotencyKeyRow | undefined> {
    const row = await this.store.find({ userId, keyHash: hashSecret(key) });
    if (!row) return undefined;
    const ageMs = Date.now() - row.startedAt.getTime();
    if (ageMs > KEPT_MS || (row.status === null && ageMs > LOST_MS)) {
      await this.store.remove(row);
      return undefined;
    }
    if (!row.requestHash.equals(requestHash))
      throw new ChatError(
        'unprocessable',
        'idempotency.conflict',
        'This Idempotency-Key came before with another request.',
      );
    return row;
  }
}

/** A request that came before and is carried out again. */
export interface Noted {
  /** Null while the first one still runs. */
  readonly formerStatus: number | null;
}

/** The one carrying out of a request. */
export interface Run {
  /** From now on the same request gets this answer. */
  finish(answer: Answer): Promise<void>;
  /** Nothing was done: the same request is carried out anew. */
  forget(): Promise<void>;
}

const answerOf = ({ status, sealedBody }: IdempotencyKeyRow, { key }: Keyed): Answer => ({
  status: status ?? 200,
  body: sealedBody ? unseal(sealedBody, key, SEALED_FOR) : '',
});
