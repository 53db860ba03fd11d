import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ONLY_FOR_SUBJECT } from '../../ledger/audience.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { OpenChange } from '../../ledger/open-change.js';
import { PairsStore } from '../../ledger/pairs.store.js';
import { MailboxService } from '../../mailbox/mailbox.service.js';
import { invalid } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { UsersService } from '../users.service.js';
import { BlocksStore } from './blocks.store.js';

/** Two users as they block each other or let each other in again. */
interface Pair {
  readonly userId: string;
  readonly otherId: string;
}

/**
 * Blocks and unblocks. What is between two users is changed under the lock of their direct conversation, with another
 * version of its member list: whoever commits into it later knows of the block without asking for it.
 */
@Injectable()
export class BlockUser {
  constructor(
    private readonly store: BlocksStore,
    private readonly pairs: PairsStore,
    private readonly ledger: LedgerService,
    private readonly users: UsersService,
    private readonly mailbox: MailboxService,
  ) {}

  /**
   * Resolves when nothing more passes between the two, what was committed before included. Again changes nothing.
   * Returns whether something changed. Throws `user.not_found`.
   */
  async block(caller: Principal, otherId: string): Promise<boolean> {
    if (otherId === caller.userId)
      throw invalid('Nobody blocks themselves.', [{ path: 'userId', message: 'is the caller' }]);
    const other = await this.users.require(caller, otherId);
    return this.apply({ userId: caller.userId, otherId: other.id }, async (manager, pair) => {
      if (await this.store.find(pair.userId, pair.otherId, manager)) return false;
      const createdAt = await this.ledger.now(manager);
      await this.store.insert(manager, { userId: pair.userId, blockedId: pair.otherId, createdAt });
      return true;
    });
  }

  /** Who is not blocked is unblocked already. Throws `user.not_found`. */
  async unblock(caller: Principal, otherId: string): Promise<boolean> {
    const other = await this.users.require(caller, otherId);
    return this.apply({ userId: caller.userId, otherId: other.id }, async (manager, pair) => {
      if (!(await this.store.find(pair.userId, pair.otherId, manager))) return false;
      await this.store.delete(manager, pair.userId, pair.otherId);
      return true;
    });
  }

  private async apply(
    pair: Pair,
    change: (manager: EntityManager, pair: Pair) => Promise<boolean>,
  ): Promise<boolean> {
    const conversationId =
      (await this.pairs.findDirect(pair.userId, pair.otherId)) ?? (await this.applyAlone(pair, change));
    if (typeof conversationId === 'boolean') return conversationId;
    const hasChanged = await this.ledger.change(conversationId, async (log) => {
      const isNew = await change(log.manager, pair);
      if (isNew) await this.mark(log, pair);
      return isNew;
    });
    if (hasChanged) this.stopTyping(conversationId, [pair.userId, pair.otherId]);
    return hasChanged;
  }

  /** Whoever is seen typing is so no more; without this it would end some seconds later. */
  private stopTyping(conversationId: string, userIds: readonly string[]): void {
    for (const userId of userIds)
      this.mailbox.show(userIds, { kind: 'typing', conversationId, userId, isTyping: false });
  }

  /** While the two have no direct conversation. Returns the conversation if they have begun one meanwhile. */
  private async applyAlone(
    pair: Pair,
    change: (manager: EntityManager, pair: Pair) => Promise<boolean>,
  ): Promise<boolean | string> {
    return this.ledger.record(async (manager) => {
      // Nobody begins a conversation of the two, nor blocks, until this ends.
      await this.users.lockAll([pair.userId, pair.otherId], manager);
      const begun = await this.pairs.findDirect(pair.userId, pair.otherId, manager);
      return { result: begun ?? (await change(manager, pair)), changes: [] };
    });
  }

  /** The one who blocks hears of it on all devices; the other one hears nothing. */
  private async mark(log: OpenChange, { userId, otherId }: Pair): Promise<void> {
    const { conversationId, manager } = log;
    const isBlocked = (await this.store.find(userId, otherId, manager)) !== null;
    await this.pairs.setBlocked(manager, conversationId, { userId: otherId, isBlocked, at: log.at });
    const rev = log.takeSilentRev();
    log.tell({
      type: 'conversation.updated',
      conversationId,
      rev,
      seq: 0,
      subject: userId,
      detail: ONLY_FOR_SUBJECT,
    });
    log.answerAfterDelivery();
  }
}
