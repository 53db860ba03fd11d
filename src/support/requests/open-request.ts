import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { parseId } from '../../platform/http/schemas.js';
import { WordFilter } from '../../word-filter/word-filter.js';
import { TeamsStore } from '../teams/teams.store.js';
import { ChangeRequest } from './change-request.js';
import type { SupportRequest } from './request.entity.js';
import { reopened } from './request-rules.js';
import type { OpenRequestInput } from './requests.dto.js';
import { RequestsStore } from './requests.store.js';

/** How somebody, often a guest, asks a team for help. */
@Injectable()
export class OpenRequest {
  constructor(
    private readonly store: RequestsStore,
    private readonly teams: TeamsStore,
    private readonly change: ChangeRequest,
    private readonly filter: WordFilter,
  ) {}

  /**
   * The caller's request at a team: a new one, the one that is open, or the closed one, opened again with its history.
   * Throws `support_team.not_found`, `word_filter.refused`.
   */
  async at(
    caller: Principal,
    teamId: string,
    input: OpenRequestInput,
  ): Promise<{ request: SupportRequest; isNew: boolean }> {
    const team = await this.teams.find(parseId('support_team', teamId));
    if (!team || team.closedAt) throw notFound('support_team');
    const existing = await this.store.findAt(team.id, caller.userId);
    if (existing) return { request: await this.again(caller, existing), isNew: false };
    const subject = input.subject === undefined ? null : this.filter.clean('subject', input.subject);
    return this.change.begin(caller, team, subject);
  }

  /** By its requester. One that is open stays as it is. */
  again(caller: Principal, request: SupportRequest): Promise<SupportRequest> {
    return this.change.by(caller, request, (now, { log }) => reopened(now, { agentId: null }, log.at));
  }
}
