import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, MoreThan, Repository } from 'typeorm';
import { SupportAgent, SupportTeam } from './team.entity.js';

@Injectable()
export class TeamsStore {
  constructor(
    @InjectRepository(SupportTeam) private readonly teams: Repository<SupportTeam>,
    @InjectRepository(SupportAgent) private readonly agents: Repository<SupportAgent>,
  ) {}

  find(id: string): Promise<SupportTeam | null> {
    return this.teams.findOneBy({ id });
  }

  /** Those that take requests, oldest first. */
  findPage(after: string | undefined, limit: number): Promise<SupportTeam[]> {
    return this.teams.find({
      where: { closedAt: IsNull(), ...(after !== undefined && { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  count(): Promise<number> {
    return this.teams.countBy({ closedAt: IsNull() });
  }

  async insert(team: SupportTeam): Promise<void> {
    await this.teams.insert(team);
  }

  async update(id: string, change: Partial<SupportTeam>): Promise<void> {
    await this.teams.update({ id }, change);
  }

  /** The ids of a team's agents, in their order. */
  async agentsOf(
    teamIds: readonly string[],
    manager: EntityManager = this.agents.manager,
  ): Promise<string[]> {
    const rows = await manager.find(SupportAgent, {
      where: { teamId: In([...teamIds]) },
      order: { teamId: 'ASC', userId: 'ASC' },
    });
    return [...new Set(rows.map(({ userId }) => userId))];
  }

  findAgents(teamId: string, after: string | undefined, limit: number): Promise<SupportAgent[]> {
    return this.agents.find({
      where: { teamId, ...(after !== undefined && { userId: MoreThan(after) }) },
      order: { userId: 'ASC' },
      take: limit,
    });
  }

  countAgents(teamId: string): Promise<number> {
    return this.agents.countBy({ teamId });
  }

  /** The teams that a user is an agent of. */
  async teamsOf(userId: string): Promise<string[]> {
    return (await this.agents.findBy({ userId })).map(({ teamId }) => teamId);
  }

  isAgent(teamId: string, userId: string): Promise<boolean> {
    return this.agents.existsBy({ teamId, userId });
  }

  /** Likewise; who is one stays one until the transaction ends. */
  async isLastingAgent(teamId: string, userId: string, manager: EntityManager): Promise<boolean> {
    const found = await manager.findOne(SupportAgent, {
      where: { teamId, userId },
      lock: { mode: 'pessimistic_read' },
    });
    return found !== null;
  }

  /** Who is one already stays one. */
  async addAgent({ teamId, userId, createdAt }: SupportAgent): Promise<void> {
    await this.agents.query(
      'INSERT IGNORE INTO support_agents (teamId, userId, createdAt) VALUES (?, ?, ?)',
      [teamId, userId, createdAt],
    );
  }

  async removeAgent(teamId: string, userId: string): Promise<void> {
    await this.agents.delete({ teamId, userId });
  }
}
