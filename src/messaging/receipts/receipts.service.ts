import { Injectable } from '@nestjs/common';
import { Memberships } from '../../conversations/memberships.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { envelopeBody } from '../../mailbox/event.js';
import type { Reference } from '../../mailbox/reference.js';
import type { Principal } from '../../platform/http/principal.js';
import { parseId } from '../../platform/http/schemas.js';
import {
  type Move,
  farther,
  forgottenTimes,
  raised,
  receiptOf,
  receiptsFor,
  timesOf,
} from './receipt-rules.js';
import { type Mark, ReceiptsStore, type StandingMark } from './receipts.store.js';

/** Marks that one transaction takes. */
const BATCH_MARKS = 200;

interface Waiting {
  mark: Mark;
  readonly settled: ((isMember: boolean) => void)[];
  readonly failed: ((error: unknown) => void)[];
}

/**
 * How far members have read and have had delivered. Marks that come while the last transaction is under way are
 * gathered, the farthest of each member counts, and one transaction stores them all in a handful of statements: a
 * thousand readers of one message cost a few transactions.
 */
@Injectable()
export class ReceiptsService {
  private readonly waiting = new Map<string, Waiting>();
  private working: Promise<void> | undefined;

  constructor(
    private readonly store: ReceiptsStore,
    private readonly ledger: LedgerService,
    private readonly memberships: Memberships,
  ) {}

  /**
   * Resolves when the mark is durable. Never goes back nor beyond the last message; a repetition changes nothing.
   * Throws `conversation.not_found`, `conversation.not_member`.
   */
  async markRead(caller: Principal, conversationId: string, seq: number): Promise<void> {
    const id = parseId('conversation', conversationId);
    const { userId } = caller;
    const isMember = await this.raise({ conversationId: id, userId, readSeq: seq, deliveredSeq: seq });
    if (!isMember) throw await this.memberships.refusal(caller, id);
  }

  /** Likewise: some device of the user has all messages up to this one. Nothing happens where the user is no member. */
  async markDelivered(userId: string, conversationId: string, seq: number): Promise<void> {
    await this.raise({ conversationId, userId, readSeq: 0, deliveredSeq: seq });
  }

  /** Whether the user is a member. */
  private raise(mark: Mark): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const key = keyOf(mark);
      const other = this.waiting.get(key);
      if (other) {
        other.mark = farther(other.mark, mark);
        other.settled.push(resolve);
        other.failed.push(reject);
      } else {
        this.waiting.set(key, { mark, settled: [resolve], failed: [reject] });
      }
      this.working ??= this.work();
    });
  }

  private async work(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.size > 0) {
      const keys = [...this.waiting.keys()].slice(0, BATCH_MARKS);
      const batch = keys.flatMap((key) => this.waiting.get(key) ?? []);
      for (const key of keys) this.waiting.delete(key);
      try {
        const members = await this.storeMarks(batch.map(({ mark }) => mark));
        for (const { mark, settled } of batch)
          for (const resolve of settled) resolve(members.has(keyOf(mark)));
      } catch (error) {
        for (const { failed } of batch) for (const reject of failed) reject(error);
      }
    }
    this.working = undefined;
  }

  /** Returns the keys of those who are members. */
  private async storeMarks(wanted: readonly Mark[]): Promise<ReadonlySet<string>> {
    return this.ledger.record(async (manager) => {
      const standing = await this.store.standing(manager, wanted);
      const result = new Set(standing.map(keyOf));
      const moves = movesTo(wanted, standing);
      if (moves.length === 0) return { result, changes: [] };
      await this.store.raise(
        manager,
        moves.map(({ after }) => after),
      );
      await this.store.noteTimes(manager, moves.flatMap(timesOf));
      const forgotten = moves.flatMap((move) => forgottenTimes(move) ?? []);
      if (forgotten.length > 0) await this.store.forgetTimes(manager, forgotten);
      return { result, changes: moves.flatMap(receiptsFor), render: renderReceipt };
    });
  }
}

const keyOf = ({ conversationId, userId }: Pick<Mark, 'conversationId' | 'userId'>): string =>
  `${conversationId} ${userId}`;

/** What moves, in key order. */
function movesTo(wanted: readonly Mark[], standing: readonly StandingMark[]): Move[] {
  const byKey = new Map(wanted.map((mark) => [keyOf(mark), mark]));
  return standing
    .flatMap((before) => {
      const mark = byKey.get(keyOf(before));
      const after = mark && raised(before, mark);
      return after && (after.readSeq > before.readSeq || after.deliveredSeq > before.deliveredSeq)
        ? [{ before, after }]
        : [];
    })
    .toSorted((a, b) => byMember(a.after, b.after));
}

const renderReceipt = (reference: Reference, at: Date): string =>
  envelopeBody(reference.type, at, receiptOf(reference));

const byMember = (a: Mark, b: Mark): number =>
  Number(BigInt(a.conversationId) - BigInt(b.conversationId)) || Number(BigInt(a.userId) - BigInt(b.userId));
