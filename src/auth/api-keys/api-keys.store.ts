import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, LessThan, type Repository } from 'typeorm';
import type { Role } from '../../platform/http/principal.js';
import { ApiKey } from './api-key.entity.js';

export interface ApiKeyState extends Pick<ApiKey, 'userId' | 'secretHash' | 'lastUsedAt' | 'revokedAt'> {
  readonly role: Role;
  readonly disabledAt: Date | null;
}

@Injectable()
export class ApiKeysStore {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  async insert(key: ApiKey, manager: EntityManager): Promise<void> {
    await manager.insert(ApiKey, key);
  }

  /** The key and its user in one query by primary keys. */
  async findState(id: string): Promise<ApiKeyState | undefined> {
    const [row] = await this.keys.query<ApiKeyState[]>(
      `SELECT k.userId, k.secretHash, k.lastUsedAt, k.revokedAt, u.role, u.disabledAt
       FROM api_keys k JOIN users u ON u.id = k.userId WHERE k.id = ?`,
      [id],
    );
    return row;
  }

  /** Newest first. */
  findLive(beforeId: string | undefined, limit: number): Promise<ApiKey[]> {
    return this.keys.find({
      where: { revokedAt: IsNull(), ...(beforeId !== undefined && { id: LessThan(beforeId) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  exists(id: string): Promise<boolean> {
    return this.keys.existsBy({ id });
  }

  /** Tells whether it was still live. */
  async revoke(id: string): Promise<boolean> {
    const { affected } = await this.keys.update(
      { id, revokedAt: IsNull() },
      { revokedAt: () => 'UTC_TIMESTAMP(3)' },
    );
    return affected === 1;
  }

  /** All live ones of a service, within the transaction. Returns their ids. */
  async revokeOf(userId: string, manager: EntityManager): Promise<string[]> {
    const live = await manager.find(ApiKey, {
      select: { id: true },
      where: { userId, revokedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
    const ids = live.map(({ id }) => id);
    if (ids.length > 0)
      await manager.update(ApiKey, { id: In(ids) }, { revokedAt: () => 'UTC_TIMESTAMP(3)' });
    return ids;
  }

  async touch(id: string): Promise<void> {
    await this.keys.update({ id }, { lastUsedAt: new Date() });
  }
}
