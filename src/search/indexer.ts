import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../platform/database/transaction.js';
import { sqlCode } from '../platform/errors/sql-code.js';
import { CorrectIndex } from './correct-index.js';
import { byConversation } from './by-conversation.js';
import { entriesOf } from './indexed-entries.js';
import { type Head, type IndexedMessage, type Position, PositionStore } from './position.store.js';
import { SliceStore } from './slice.store.js';
import { type Segment, encodeEntries, extend } from './slices.js';

/** Conversations that one transaction takes, and messages that one question of it brings. */
const CONVERSATIONS = 64;
const MESSAGES = 500;
const ATTEMPTS = 5;

/**
 * Brings the index up to the log. A conversation's position is locked meanwhile, and its messages are read as they are
 * then: so any number of nodes may index it at once or again, and what is older never replaces what is newer.
 */
@Injectable()
export class Indexer {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly positions: PositionStore,
    private readonly slices: SliceStore,
    private readonly correction: CorrectIndex,
  ) {}

  /** Resolves when all that these conversations held at the time of the call can be found as it is now. */
  async index(conversationIds: readonly string[], signal?: AbortSignal): Promise<void> {
    for (let i = 0; i < conversationIds.length; i += CONVERSATIONS) {
      let behind = conversationIds.slice(i, i + CONVERSATIONS);
      while (behind.length > 0 && !signal?.aborted) behind = await this.attempt(behind);
    }
  }

  private async attempt(conversationIds: readonly string[]): Promise<string[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(this.dataSource, (manager) => this.step(manager, conversationIds));
      } catch (error) {
        const isConflict = ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'].includes(sqlCode(error) ?? '');
        if (!isConflict || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Goes some way; returns the conversations that are not at their end. */
  private async step(manager: EntityManager, conversationIds: readonly string[]): Promise<string[]> {
    // Before the messages: what changes in between has a higher rev, and is looked for again.
    const heads = await this.positions.heads(manager, conversationIds);
    if (heads.length === 0) return [];
    const positions = await this.positions.lock(manager, heads);
    const fresh = await this.positions.findNew(manager, positions, MESSAGES);
    const added = byConversation(fresh, MESSAGES, positions);
    const headOf = new Map(heads.map((head) => [head.conversationId, head]));
    const older = positions.filter((position) =>
      mayHaveChanged(position, headOf.get(position.conversationId), added.of(position)),
    );
    const changes = await this.positions.findChanged(manager, older, MESSAGES);
    const changed = byConversation(changes, MESSAGES, older);
    const closed: (Segment & { readonly conversationId: string })[] = [];
    const moved: Position[] = [];
    for (const position of positions) {
      const { conversationId } = position;
      const open = await this.correction.of(manager, position, changed.of(position));
      const next = extend(open, await entriesOf(added.of(position)));
      closed.push(...next.closed.map((segment) => ({ ...segment, conversationId })));
      const reached = changed.isCut(position)
        ? changed.of(position).at(-1)?.rev
        : headOf.get(conversationId)?.rev;
      moved.push({
        conversationId,
        rev: Math.max(position.rev, reached ?? 0),
        seq: added.of(position).at(-1)?.seq ?? position.seq,
        ...encodeEntries(next.open.entries),
      });
    }
    await this.slices.append(manager, closed);
    await this.positions.save(manager, moved);
    return positions
      .filter((position) => added.isCut(position) || changed.isCut(position))
      .map(({ conversationId }) => conversationId);
  }
}

/** Whether something but the new messages has changed: every rev is the creation of one of them otherwise. */
function mayHaveChanged(
  { rev }: Position,
  head: Head | undefined,
  added: readonly IndexedMessage[],
): boolean {
  if (!head) return false;
  const creations = added.filter(({ createdRev }) => createdRev > rev && createdRev <= head.rev);
  return creations.length < head.rev - rev;
}
