import { Injectable } from '@nestjs/common';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../../platform/http/schemas.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import type { UserPage } from '../../users/users.dto.js';
import { UsersService } from '../../users/users.service.js';
import { HandleRequest } from '../requests/handle-request.js';
import { RequestsStore } from '../requests/requests.store.js';
import type { SupportTeam } from './team.entity.js';
import type { CreateTeam, TeamPage, TeamView } from './teams.dto.js';
import { TeamsStore } from './teams.store.js';

/** Every change of a request is for all agents of its team to hear. */
const MOST_AGENTS = 200;
const MOST_TEAMS = 100;

/** Which teams there are, and who answers for them. */
@Injectable()
export class TeamsService {
  constructor(
    private readonly store: TeamsStore,
    private readonly requests: RequestsStore,
    private readonly handle: HandleRequest,
    private readonly users: UsersService,
    private readonly ids: IdGenerator,
  ) {}

  async list({ limit, cursor }: PageQuery): Promise<TeamPage> {
    const rows = await this.store.findPage(readCursor(cursor, idSchema), limit + 1);
    return toPage(rows, limit, ({ id }) => id, toView);
  }

  /** Throws `support_team.too_many`. */
  async create({ name }: CreateTeam): Promise<TeamView> {
    if ((await this.store.count()) >= MOST_TEAMS)
      throw new ChatError(
        'conflict',
        'support_team.too_many',
        `There are at most ${MOST_TEAMS} support teams.`,
      );
    const team: SupportTeam = { id: this.ids.next(), name, createdAt: new Date(), closedAt: null };
    await this.store.insert(team);
    return toView(team);
  }

  /** Throws `support_team.not_found`. */
  async rename(id: string, { name }: CreateTeam): Promise<TeamView> {
    const team = await this.require(id);
    await this.store.update(team.id, { name });
    return toView(Object.assign(team, { name }));
  }

  /** It takes no new requests; its agents go on with those that it has. Repeated, it changes nothing. */
  async close(id: string): Promise<void> {
    const team = await this.require(id);
    if (!team.closedAt) await this.store.update(team.id, { closedAt: new Date() });
  }

  async agents(caller: Principal, id: string, { limit, cursor }: PageQuery): Promise<UserPage> {
    const rows = await this.store.findAgents(id, readCursor(cursor, idSchema), limit + 1);
    const { items, nextCursor } = toPage(
      rows,
      limit,
      ({ userId }) => userId,
      ({ userId }) => userId,
    );
    const users = await this.users.findMany(items);
    const known = items.flatMap((userId) => users.get(userId) ?? []);
    return { items: known.map((user) => this.users.toView(user, caller)), nextCursor };
  }

  /** Who is one already stays one. Throws `user.not_found` for guests too, and `support_team.too_many_agents`. */
  async addAgent(caller: Principal, id: string, userId: string): Promise<void> {
    const team = await this.require(id);
    const user = await this.users.require(caller, userId);
    if (user.disabledAt || user.role === 'guest') throw notFound('user');
    if (await this.store.isAgent(team.id, user.id)) return;
    if ((await this.store.countAgents(team.id)) >= MOST_AGENTS)
      throw new ChatError(
        'conflict',
        'support_team.too_many_agents',
        `A support team has at most ${MOST_AGENTS} agents.`,
      );
    await this.store.addAgent({ teamId: team.id, userId: user.id, createdAt: new Date() });
  }

  /** What the agent had goes back into the queue. Who is none is removed already. */
  async removeAgent(caller: Principal, id: string, userId: string): Promise<void> {
    const team = await this.require(id);
    const agentId = parseId('user', userId);
    await this.store.removeAgent(team.id, agentId);
    // A node that dies here leaves requests that any other agent can take.
    for (const request of await this.requests.findHeldBy(team.id, agentId))
      await this.handle.release(caller, request, agentId);
  }

  private async require(id: string): Promise<SupportTeam> {
    const team = await this.store.find(parseId('support_team', id));
    if (!team) throw notFound('support_team');
    return team;
  }
}

const toView = ({ id, name, createdAt }: SupportTeam): TeamView => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
});
