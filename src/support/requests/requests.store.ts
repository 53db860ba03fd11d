import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Repository } from 'typeorm';
import { type RequestState, SupportRequest } from './request.entity.js';
import type { RequestChange } from './request-rules.js';

/** A place in a queue: of those that were opened at the same moment, the older request comes first. */
export interface QueuePlace {
  readonly queuedAt: Date;
  readonly id: string;
}

@Injectable()
export class RequestsStore {
  constructor(@InjectRepository(SupportRequest) private readonly requests: Repository<SupportRequest>) {}

  find(id: string, manager: EntityManager = this.requests.manager): Promise<SupportRequest | null> {
    return manager.findOneBy(SupportRequest, { id });
  }

  findMany(ids: readonly string[]): Promise<SupportRequest[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.requests.findBy({ id: In([...ids]) });
  }

  /** The newest of a requester at a team. */
  findAt(
    teamId: string,
    requesterId: string,
    manager: EntityManager = this.requests.manager,
  ): Promise<SupportRequest | null> {
    return manager.findOne(SupportRequest, { where: { teamId, requesterId }, order: { id: 'DESC' } });
  }

  async insert(request: SupportRequest, manager: EntityManager): Promise<void> {
    await manager.insert(SupportRequest, request);
  }

  async update(
    id: string,
    change: RequestChange & Pick<SupportRequest, 'changedAt'>,
    manager: EntityManager,
  ): Promise<void> {
    await manager.update(SupportRequest, { id }, change);
  }

  /** Those in a team's queue after a place, in their order. */
  findQueued(teamId: string, after: QueuePlace | undefined, limit: number): Promise<SupportRequest[]> {
    const queue = this.requests
      .createQueryBuilder('request')
      .where('request.teamId = :teamId AND request.queuedAt IS NOT NULL', { teamId });
    if (after)
      queue.andWhere(
        'request.queuedAt >= :queuedAt AND (request.queuedAt > :queuedAt OR request.id > :id)',
        after,
      );
    return queue.orderBy('request.queuedAt').addOrderBy('request.id').limit(limit).getMany();
  }

  /** How many are in a team's queue before a place. */
  countBefore(teamId: string, { queuedAt, id }: QueuePlace): Promise<number> {
    return this.requests
      .createQueryBuilder('request')
      .where('request.teamId = :teamId AND request.queuedAt <= :queuedAt', { teamId, queuedAt })
      .andWhere('(request.queuedAt < :queuedAt OR request.id < :id)', { queuedAt, id })
      .getCount();
  }

  /** Newest first, before an id. */
  findByState(
    teamId: string,
    state: RequestState,
    before: string | undefined,
    limit: number,
  ): Promise<SupportRequest[]> {
    return this.findNewest({ teamId, state }, before, limit);
  }

  /** Likewise, of one requester or of one agent. */
  findOf(
    whose: { readonly requesterId: string } | { readonly agentId: string },
    before: string | undefined,
    limit: number,
  ): Promise<SupportRequest[]> {
    return this.findNewest(whose, before, limit);
  }

  /** Those that an agent of the team has. */
  findHeldBy(teamId: string, agentId: string): Promise<SupportRequest[]> {
    return this.requests.findBy({ teamId, agentId, state: 'assigned' });
  }

  /** Of one requester and of some teams, in whichever order: what changed from a time on. */
  async findChangedSince(userId: string, teamIds: readonly string[], time: Date): Promise<string[]> {
    const rows = await this.requests.query<{ id: string }[]>(
      `SELECT id FROM support_requests WHERE requesterId = ? AND changedAt >= ?
       UNION SELECT id FROM support_requests WHERE teamId IN (?) AND changedAt >= ?
       UNION SELECT id FROM support_requests WHERE fromTeamId IN (?) AND changedAt >= ?`,
      // A list must hold something; no team has this id.
      [userId, time, ['0', ...teamIds], time, ['0', ...teamIds], time],
    );
    return rows.map(({ id }) => id);
  }

  private findNewest(
    where: Partial<Pick<SupportRequest, 'teamId' | 'state' | 'requesterId' | 'agentId'>>,
    before: string | undefined,
    limit: number,
  ): Promise<SupportRequest[]> {
    return this.requests.find({
      where: { ...where, ...(before !== undefined && { id: LessThan(before) }) } as object,
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
