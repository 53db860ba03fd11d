import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import { type Page, readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { idSchema, parseId } from '../../platform/http/schemas.js';
import { UsersService } from '../../users/users.service.js';
import { TeamsStore } from '../teams/teams.store.js';
import type { SupportRequest } from './request.entity.js';
import { maySeeRequest, peopleOf, toRequestView } from './request-view.js';
import type { OwnRequestsQuery, QueueQuery, RequestPage, RequestView } from './requests.dto.js';
import { type QueuePlace, RequestsStore } from './requests.store.js';

/** Reads requests: their requesters see their own, agents those of their teams. */
@Injectable()
export class RequestsService {
  constructor(
    private readonly store: RequestsStore,
    private readonly teams: TeamsStore,
    private readonly users: UsersService,
  ) {}

  /** Throws `support_request.not_found` for what is not the caller's to see. */
  async require(caller: Principal, id: string): Promise<SupportRequest> {
    const request = await this.store.find(parseId('support_request', id));
    if (!request || !maySeeRequest(request, caller, await this.teams.teamsOf(caller.userId)))
      throw notFound('support_request');
    return request;
  }

  async get(caller: Principal, id: string): Promise<RequestView> {
    return this.show(caller, await this.require(caller, id));
  }

  /** With its place in the queue. */
  async show(caller: Principal, request: SupportRequest): Promise<RequestView> {
    const [view] = await this.views(caller, [request]);
    if (!view) throw notFound('support_request');
    const { teamId, queuedAt, id } = request;
    const before = queuedAt && (await this.store.countBefore(teamId, { queuedAt, id }));
    return { ...view, position: before === null ? null : before + 1 };
  }

  /** For agents of the team and admins. Throws `support_team.not_found`, `support_team.not_agent`. */
  async queue(caller: Principal, teamId: string, query: QueueQuery): Promise<RequestPage> {
    await this.requireAgent(caller, teamId);
    const { state, limit, cursor } = query;
    if (state !== 'queued') {
      const before = readCursor(cursor, idSchema);
      const rows = await this.store.findByState(teamId, state, before, limit + 1);
      return this.page(caller, rows, limit, ({ id }) => id);
    }
    const rows = await this.store.findQueued(teamId, placeOf(readCursor(cursor, placeSchema)), limit + 1);
    const [first] = rows;
    const before = first?.queuedAt
      ? await this.store.countBefore(teamId, { queuedAt: first.queuedAt, id: first.id })
      : 0;
    const page = await this.page(caller, rows, limit, keyOf);
    return { ...page, items: page.items.map((item, i) => ({ ...item, position: before + i + 1 })) };
  }

  async own({ as, limit, cursor }: OwnRequestsQuery, caller: Principal): Promise<RequestPage> {
    const { userId } = caller;
    const whose = as === 'agent' ? { agentId: userId } : { requesterId: userId };
    const rows = await this.store.findOf(whose, readCursor(cursor, idSchema), limit + 1);
    return this.page(caller, rows, limit, ({ id }) => id);
  }

  /** Throws `support_team.not_found`, `support_team.not_agent`. Admins pass. */
  async requireAgent(caller: Principal, teamId: string): Promise<void> {
    const team = await this.teams.find(parseId('support_team', teamId));
    if (!team) throw notFound('support_team');
    if (caller.role === 'admin' || (await this.teams.isAgent(teamId, caller.userId))) return;
    throw new ChatError('forbidden', 'support_team.not_agent', 'This is for agents of the team.');
  }

  /** As somebody may see them; requests of people who are gone are left out. */
  async views(
    viewer: Pick<Principal, 'userId' | 'role'>,
    requests: readonly SupportRequest[],
  ): Promise<RequestView[]> {
    const people = await this.users.findMany([...new Set(requests.flatMap(peopleOf))]);
    return requests.flatMap((request) => {
      const view = toRequestView(request, (id) => {
        const user = people.get(id);
        return user && this.users.toView(user, viewer);
      });
      return view ?? [];
    });
  }

  private async page(
    caller: Principal,
    rows: readonly SupportRequest[],
    limit: number,
    keyOfRow: (row: SupportRequest) => string,
  ): Promise<Page<RequestView>> {
    const { items, nextCursor } = toPage(rows, limit, keyOfRow, (row) => row);
    return { items: await this.views(caller, items), nextCursor };
  }
}

/** What a cursor of the queue holds: milliseconds and an id. */
const placeSchema = z.string().regex(/^\d{1,15} [1-9]\d{0,18}$/);

const keyOf = ({ queuedAt, id }: SupportRequest): string => `${queuedAt?.getTime() ?? 0} ${id}`;

function placeOf(key: string | undefined): QueuePlace | undefined {
  const [ms, id] = key?.split(' ') ?? [];
  return id === undefined ? undefined : { queuedAt: new Date(Number(ms)), id };
}
