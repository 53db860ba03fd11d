import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, type FindOptionsWhere, In, IsNull, MoreThan, Raw, Repository } from 'typeorm';
import { Ban } from './ban.entity.js';

/** Bans that have not ended; those that have count as none. What changes one holds the conversation's head. */
@Injectable()
export class BansStore {
  constructor(@InjectRepository(Ban) private readonly bans: Repository<Ban>) {}

  findAmong(manager: EntityManager, conversationId: string, userIds: readonly string[]): Promise<Ban[]> {
    return manager.findBy(Ban, lasting({ conversationId, userId: In([...userIds]) }));
  }

  /** In the order of the users' ids. */
  findPage(conversationId: string, afterUserId: string | undefined, limit: number): Promise<Ban[]> {
    const those = { conversationId, ...(afterUserId !== undefined && { userId: MoreThan(afterUserId) }) };
    return this.bans.find({ where: lasting(those), order: { userId: 'ASC' }, take: limit });
  }

  /** In the place of one that there was. */
  async save(manager: EntityManager, ban: Ban): Promise<void> {
    await manager.upsert(Ban, ban, ['conversationId', 'userId']);
  }

  async remove(manager: EntityManager, conversationId: string, userId: string): Promise<void> {
    await manager.delete(Ban, { conversationId, userId });
  }
}

const lasting = (those: FindOptionsWhere<Ban>): FindOptionsWhere<Ban>[] => [
  { ...those, until: IsNull() },
  { ...those, until: Raw((until) => `${until} > UTC_TIMESTAMP(3)`) },
];
