import { Injectable } from '@nestjs/common';
import type { Reference } from '../mailbox/reference.js';
import { maySeeRequest } from './requests/request-view.js';
import { RequestsService } from './requests/requests.service.js';
import { RequestsStore } from './requests/requests.store.js';
import { TeamsStore } from './teams/teams.store.js';

/** What those who were away hear of requests. */
@Injectable()
export class SupportEvents {
  constructor(
    private readonly store: RequestsStore,
    private readonly teams: TeamsStore,
    private readonly requests: RequestsService,
  ) {}

  /** The requests of a user, and of the teams that the user answers for, that changed from a time on. */
  async since(userId: string, time: Date): Promise<Reference[]> {
    const ids = await this.store.findChangedSince(userId, await this.teams.teamsOf(userId), time);
    return ids.map((subject) => ({ type: 'support.updated', conversationId: '', rev: 0, seq: 0, subject }));
  }

  /** What each event shows now, in their order; undefined for what is not the reader's to see any more. */
  async dataOf(userId: string, references: readonly Reference[]): Promise<unknown[]> {
    if (references.length === 0) return [];
    const reader = { userId, role: 'user' } as const;
    const [found, teams] = await Promise.all([
      this.store.findMany([...new Set(references.map(({ subject }) => subject))]),
      this.teams.teamsOf(userId),
    ]);
    const visible = found.filter((request) => maySeeRequest(request, reader, teams));
    const views = new Map((await this.requests.views(reader, visible)).map((view) => [view.id, view]));
    return references.map(({ subject }) => {
      const supportRequest = views.get(subject);
      return supportRequest && { supportRequest };
    });
  }
}
