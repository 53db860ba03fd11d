import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OpenChange } from '../../ledger/open-change.js';
import { MailboxService } from '../../mailbox/mailbox.service.js';
import { UsersService } from '../../users/users.service.js';
import { TeamsStore } from '../teams/teams.store.js';
import type { SupportRequest } from './request.entity.js';
import { peopleOf, toRequestView } from './request-view.js';
import { RequestsStore } from './requests.store.js';

/** Requesters at the head of a queue who are shown their place whenever it moves. */
const SHOWN = 50;
/** What everybody may see of the people in a request. */
const ANYBODY = { userId: '', role: 'user' } as const;

/** Who hears of requests. */
@Injectable()
export class RequestNews {
  constructor(
    private readonly store: RequestsStore,
    private readonly teams: TeamsStore,
    private readonly users: UsersService,
    private readonly mailbox: MailboxService,
  ) {}

  /** The requester, whoever has or had it, and the agents of its teams, as part of the change to its conversation. */
  async tell(log: OpenChange, request: SupportRequest, formerAgentId: string | null): Promise<void> {
    const { teamId, fromTeamId } = request;
    const agents = await this.teams.agentsOf([teamId, ...(fromTeamId ? [fromTeamId] : [])], log.manager);
    const people = peopleOf(request);
    const supportRequest = await this.viewFor(request, log.manager);
    log.tellPersonally({
      reference: { type: 'support.updated', conversationId: '', rev: 0, seq: 0, subject: request.id },
      recipients: [...new Set([...people, ...(formerAgentId ? [formerAgentId] : []), ...agents])],
      ...(supportRequest && { data: { supportRequest } }),
    });
  }

  /** Shows those who wait where they are now, at most once and without a promise. */
  async showPositions(teamId: string): Promise<void> {
    const queue = await this.store.findQueued(teamId, undefined, SHOWN);
    for (const [i, { id, requesterId }] of queue.entries())
      this.mailbox.show([requesterId], {
        kind: 'event',
        type: 'support.position',
        data: { requestId: id, position: i + 1 },
      });
  }

  private async viewFor(request: SupportRequest, manager: EntityManager) {
    const found = await Promise.all(peopleOf(request).map((id) => this.users.findById(id, manager)));
    const people = new Map(found.flatMap((user) => (user ? [[user.id, user]] : [])));
    return toRequestView(request, (id) => {
      const user = people.get(id);
      return user && this.users.toView(user, ANYBODY);
    });
  }
}
