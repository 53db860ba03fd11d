import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, MoreThan, Repository } from 'typeorm';
import { Block } from './block.entity.js';

@Injectable()
export class BlocksStore {
  constructor(@InjectRepository(Block) private readonly blocks: Repository<Block>) {}

  /** One user's, in the order of the ids of those blocked. */
  findPage(userId: string, afterId: string | undefined, limit: number): Promise<Block[]> {
    return this.blocks.find({
      where: { userId, ...(afterId && { blockedId: MoreThan(afterId) }) },
      order: { blockedId: 'ASC' },
      take: limit,
    });
  }

  find(
    userId: string,
    blockedId: string,
    manager: EntityManager = this.blocks.manager,
  ): Promise<Block | null> {
    return manager.findOneBy(Block, { userId, blockedId });
  }

  async insert(manager: EntityManager, block: Block): Promise<void> {
    await manager.insert(Block, block);
  }

  async delete(manager: EntityManager, userId: string, blockedId: string): Promise<void> {
    await manager.delete(Block, { userId, blockedId });
  }

  /** Pairs of one of these users and another, of whom either has blocked the other. */
  async findApart(
    userIds: readonly string[],
    manager: EntityManager = this.blocks.manager,
  ): Promise<{ userId: string; otherId: string }[]> {
    if (userIds.length === 0) return [];
    return manager.query(
      `SELECT userId, blockedId AS otherId FROM blocks WHERE userId IN (?)
       UNION ALL SELECT blockedId, userId FROM blocks WHERE blockedId IN (?)`,
      [userIds, userIds],
    );
  }

  /** Neither blocks the other until the transaction ends; others may begin conversations with the two meanwhile. */
  async sharePair(manager: EntityManager, a: string, b: string): Promise<void> {
    await manager.query('SELECT id FROM users WHERE id IN (?) ORDER BY id LOCK IN SHARE MODE', [[a, b]]);
  }
}
