import { Injectable, Logger } from '@nestjs/common';
import { ConversationChanges } from '../../conversations/conversation-changes.js';
import type { OpenConversation } from '../../conversations/open-conversation.js';
import { notFound } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { UsersService } from '../../users/users.service.js';
import type { SupportTeam } from '../teams/team.entity.js';
import type { SupportRequest } from './request.entity.js';
import { RequestNews } from './request-news.js';
import type { RequestChange } from './request-rules.js';
import { RequestsStore } from './requests.store.js';

/** What a verb decides with the request locked, and with what it needs to know. */
export type Decide = (
  request: SupportRequest,
  open: OpenConversation,
) => RequestChange | Promise<RequestChange>;

/**
 * Changes a request together with who is in its conversation, under the lock of the conversation's head: of several
 * agents at once, on whichever nodes, each decides about what the one before has left.
 */
@Injectable()
export class ChangeRequest {
  private readonly logger = new Logger(ChangeRequest.name);

  constructor(
    private readonly store: RequestsStore,
    private readonly changes: ConversationChanges,
    private readonly news: RequestNews,
    private readonly users: UsersService,
  ) {}

  /** A new one, with its conversation; or the one that the caller has opened at this team at the same moment. */
  async begin(
    caller: Principal,
    team: SupportTeam,
    subject: string | null,
  ): Promise<{ request: SupportRequest; isNew: boolean }> {
    const wanted = { ...conversation, name: team.name, topic: subject };
    let request: SupportRequest | undefined;
    try {
      await this.changes.begin(caller, wanted, async (open) => {
        const { manager, at } = open.log;
        // Of two calls at once the second waits here, and finds what the first has made.
        await this.users.lock(caller.userId, manager);
        const other = await this.store.findAt(team.id, caller.userId, manager);
        if (other) throw new OpenedMeanwhile(other);
        await open.found([caller.userId]);
        open.note('created', []);
        request = newRequest(open.conversation.id, team.id, caller.userId, subject, at);
        await this.store.insert(request, manager);
        await this.news.tell(open.log, request, null);
      });
    } catch (error) {
      if (error instanceof OpenedMeanwhile) return { request: error.request, isNew: false };
      throw error;
    }
    if (!request) throw new Error('a conversation began without its request');
    this.queuesMoved([team.id]);
    return { request, isNew: true };
  }

  /** No change tells nobody. Returns the request as it is now. Throws what `decide` throws. */
  async by(caller: Principal, { id, teamId }: SupportRequest, decide: Decide): Promise<SupportRequest> {
    const after = await this.changes.apply(caller, id, async (open) => {
      const before = await this.store.find(id, open.log.manager);
      if (!before) throw notFound('support_request');
      const change = await decide(before, open);
      if (Object.keys(change).length === 0) return before;
      const former = { agentId: before.agentId, requesterId: before.requesterId };
      const stored = { ...change, changedAt: open.log.at };
      await this.store.update(id, stored, open.log.manager);
      const changed = Object.assign(before, stored);
      await this.seat(open, former, changed);
      await this.news.tell(open.log, changed, former.agentId);
      return changed;
    });
    this.queuesMoved([teamId, after.teamId]);
    return after;
  }

  /** Everybody in those queues is somewhere else perhaps. */
  queuesMoved(teamIds: readonly string[]): void {
    for (const teamId of new Set(teamIds))
      this.news
        .showPositions(teamId)
        .catch((error: unknown) => this.logger.debug(`positions not shown: ${String(error)}`));
  }

  /**
   * In the conversation are the requester and whoever has the request; a closed one keeps its agent, for what the
   * requester may still say.
   */
  private async seat(open: OpenConversation, before: People, after: SupportRequest): Promise<void> {
    if (before.agentId === after.agentId && before.requesterId === after.requesterId) return;
    const seated = [after.requesterId, ...(after.agentId === null ? [] : [after.agentId])];
    const leaving = open.members.userIds.filter((userId) => !seated.includes(userId));
    const coming = seated.filter((userId) => !open.members.has(userId));
    if (leaving.length + coming.length === 0) return;
    await open.exchange(leaving, coming);
    if (coming.length > 0)
      open.note(coming.includes(open.caller.userId) ? 'member_joined' : 'members_added', coming);
    if (leaving.length > 0)
      open.note(leaving.includes(open.caller.userId) ? 'member_left' : 'member_removed', leaving);
  }
}

type People = Pick<SupportRequest, 'agentId' | 'requesterId'>;

class OpenedMeanwhile extends Error {
  constructor(readonly request: SupportRequest) {
    super('the caller has a request at this team');
  }
}

/** Nobody owns it: the requester and the agent are equal, and neither decides who is in it. */
const conversation = {
  type: 'group',
  directKey: null,
  avatarUrl: null,
  historyVisibility: 'all',
  creationKey: null,
  runBy: 'support',
  memberCount: 1,
} as const;

const newRequest = (
  id: string,
  teamId: string,
  requesterId: string,
  subject: string | null,
  at: Date,
): SupportRequest => ({
  id,
  teamId,
  fromTeamId: null,
  requesterId,
  agentId: null,
  state: 'waiting',
  subject,
  openedAt: at,
  queuedAt: at,
  closedAt: null,
  createdAt: at,
  changedAt: at,
});
