import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { severed } from '../../ledger/severed.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema } from '../../platform/http/schemas.js';
import { UsersService } from '../users.service.js';
import type { BlockPage } from './blocks.dto.js';
import { BlocksStore } from './blocks.store.js';

/** Who has blocked whom. Between two of whom either has blocked the other, nothing passes outside groups. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly store: BlocksStore,
    private readonly users: UsersService,
  ) {}

  /** Whom the caller has blocked, in the order of their ids. */
  async list(caller: Principal, { limit, cursor }: PageQuery): Promise<BlockPage> {
    const rows = await this.store.findPage(caller.userId, readCursor(cursor, idSchema), limit + 1);
    const users = await this.users.findMany(rows.map(({ blockedId }) => blockedId));
    const page = toPage(
      rows,
      limit,
      ({ blockedId }) => blockedId,
      (block) => block,
    );
    const items = page.items.flatMap(({ blockedId, createdAt }) => {
      const user = users.get(blockedId);
      if (!user) return [];
      return [
        { userId: blockedId, user: this.users.toView(user, caller), createdAt: createdAt.toISOString() },
      ];
    });
    return { items, nextCursor: page.nextCursor };
  }

  /** Whether one user has blocked another, and whether either has. */
  async between(
    userId: string,
    otherId: string,
    manager: EntityManager,
  ): Promise<{ hasBlocked: boolean; isApart: boolean }> {
    const hasBlocked = (await this.store.find(userId, otherId, manager)) !== null;
    return {
      hasBlocked,
      isApart: hasBlocked || (await this.store.find(otherId, userId, manager)) !== null,
    };
  }

  /**
   * To be asked in the transaction that makes the direct conversation of two: no block of one by the other can come
   * between this answer and its end. Throws `conversation.not_allowed`.
   */
  async requireTogether(manager: EntityManager, userId: string, otherId: string): Promise<void> {
    await this.store.sharePair(manager, userId, otherId);
    const { hasBlocked, isApart } = await this.between(userId, otherId, manager);
    if (isApart) throw severed(hasBlocked);
  }
}
