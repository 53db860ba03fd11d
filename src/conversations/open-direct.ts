import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isDuplicate } from '../platform/database/duplicate.js';
import { invalid, notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { idSchema } from '../platform/http/schemas.js';
import { BlocksService } from '../users/blocks/blocks.service.js';
import { UsersService } from '../users/users.service.js';
import { ConversationChanges } from './conversation-changes.js';
import { ConversationsStore } from './conversations.store.js';
import { pairKey } from './direct-pair.js';

export interface Opened {
  readonly conversationId: string;
  readonly isNew: boolean;
}

/** The direct conversation of a pair: made when it is needed first. */
@Injectable()
export class OpenDirect {
  /** A pair's conversation never changes and never ends. */
  private readonly known = new LRUCache<string, string>({ max: 100_000 });

  constructor(
    private readonly store: ConversationsStore,
    private readonly changes: ConversationChanges,
    private readonly users: UsersService,
    private readonly blocks: BlocksService,
  ) {}

  /** Without asking MySQL: the direct conversation with a user by id, if this node has seen it. */
  knownWith(callerId: string, userId: string): string | undefined {
    return idSchema.safeParse(userId).success ? this.known.get(pairKey(callerId, userId)) : undefined;
  }

  /** The caller's direct conversation with a user, made if there was none. Throws `user.not_found`, after a block `conversation.not_allowed`. */
  async with(caller: Principal, userId: string): Promise<Opened> {
    if (userId === caller.userId)
      throw invalid('Nobody has a direct conversation with themselves.', [
        { path: 'userId', message: 'is the caller' },
      ]);
    const key = pairKey(caller.userId, userId);
    const known = this.known.get(key) ?? (await this.store.findDirect(key));
    if (known) {
      this.known.set(key, known);
      return { conversationId: known, isNew: false };
    }
    // A guest begins nothing with people who have not turned to the guest before.
    const other = caller.role === 'guest' ? null : await this.users.findById(userId);
    if (!other || other.disabledAt) throw notFound('user');
    return this.create(caller, other.id, key);
  }

  private async create(caller: Principal, otherId: string, directKey: string): Promise<Opened> {
    try {
      const conversationId = await this.changes.begin(
        caller,
        {
          type: 'direct',
          directKey,
          name: null,
          topic: null,
          avatarUrl: null,
          historyVisibility: 'all',
          creationKey: null,
          runBy: null,
          memberCount: 2,
        },
        async (open) => {
          await this.blocks.requireTogether(open.log.manager, caller.userId, otherId);
          await open.found([caller.userId, otherId]);
        },
      );
      this.known.set(directKey, conversationId);
      return { conversationId, isNew: true };
    } catch (error) {
      // Somebody else opened it at the same moment.
      const existing = isDuplicate(error) ? await this.store.findDirect(directKey) : undefined;
      if (!existing) throw error;
      return { conversationId: existing, isNew: false };
    }
  }
}
