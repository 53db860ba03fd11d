import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { parseId } from '../../platform/http/schemas.js';
import { UsersService } from '../../users/users.service.js';
import { TeamsStore } from '../teams/teams.store.js';
import { ChangeRequest } from './change-request.js';
import type { SupportRequest } from './request.entity.js';
import { closed, handedTo, released, reopened, taken, transferred } from './request-rules.js';
import type { Transfer } from './requests.dto.js';
import { RequestsService } from './requests.service.js';

/**
 * What agents do with the requests of their teams. All throw `support_request.not_found` for what the caller may not
 * see and `support_team.not_agent` for what is of another team; repeated, they change nothing.
 */
@Injectable()
export class HandleRequest {
  constructor(
    private readonly requests: RequestsService,
    private readonly change: ChangeRequest,
    private readonly teams: TeamsStore,
    private readonly users: UsersService,
  ) {}

  /**
   * Of several at once, one gets it. Throws `support_request.taken`, unless whoever has it can't answer any more, and
   * `support_request.closed`.
   */
  async take(caller: Principal, id: string): Promise<SupportRequest> {
    return this.change.by(caller, await this.requests.require(caller, id), async (request, { log }) => {
      await this.requireAgent(request.teamId, caller.userId, log.manager);
      const { agentId, teamId } = request;
      const isHeld = agentId !== null && (await this.canAnswer(teamId, agentId, log.manager));
      return taken(request, caller.userId, isHeld);
    });
  }

  /**
   * Into another team's queue, or to an agent of its own team. Throws `support_team.not_found`, `user.not_found` for
   * one who is no agent of the team, `support_request.closed`.
   */
  async transfer(caller: Principal, id: string, to: Transfer): Promise<SupportRequest> {
    const request = await this.requests.require(caller, id);
    const teamId = 'teamId' in to ? await this.requireOpenTeam(to.teamId) : undefined;
    return this.change.by(caller, request, async (now, { log }) => {
      await this.requireRight(caller, now.teamId, log.manager);
      if (teamId !== undefined) return transferred(now, teamId);
      const agentId = 'agentId' in to ? parseId('user', to.agentId) : '';
      if (!(await this.canAnswer(now.teamId, agentId, log.manager))) throw notFound('user');
      return handedTo(now, agentId);
    });
  }

  /** Also by the requester. */
  async close(caller: Principal, id: string): Promise<SupportRequest> {
    return this.change.by(caller, await this.requests.require(caller, id), async (request, { log }) => {
      if (request.requesterId !== caller.userId) await this.requireRight(caller, request.teamId, log.manager);
      return closed(request, log.at);
    });
  }

  /** By its requester, who waits again; or by an agent, who has it then. */
  async reopen(caller: Principal, id: string): Promise<SupportRequest> {
    return this.change.by(caller, await this.requests.require(caller, id), async (request, { log }) => {
      if (request.requesterId === caller.userId) return reopened(request, { agentId: null }, log.at);
      await this.requireAgent(request.teamId, caller.userId, log.manager);
      return reopened(request, { agentId: caller.userId }, log.at);
    });
  }

  /** What somebody has who is no agent of its team any more goes back into the queue. */
  async release(caller: Principal, request: SupportRequest, agentId: string): Promise<void> {
    await this.change.by(caller, request, (now) => released(now, agentId));
  }

  private async requireOpenTeam(id: string): Promise<string> {
    const team = await this.teams.find(parseId('support_team', id));
    if (!team || team.closedAt) throw notFound('support_team');
    return team.id;
  }

  private async requireRight(caller: Principal, teamId: string, manager: EntityManager): Promise<void> {
    if (caller.role !== 'admin') await this.requireAgent(teamId, caller.userId, manager);
  }

  /** Whoever is one stays one until the change is made. */
  private async requireAgent(teamId: string, userId: string, manager: EntityManager): Promise<void> {
    if (!(await this.teams.isLastingAgent(teamId, userId, manager)))
      throw new ChatError('forbidden', 'support_team.not_agent', 'This is for agents of the team.');
  }

  private async canAnswer(teamId: string, userId: string, manager: EntityManager): Promise<boolean> {
    if (!(await this.teams.isLastingAgent(teamId, userId, manager))) return false;
    return (await this.users.findById(userId, manager))?.disabledAt === null;
  }
}
