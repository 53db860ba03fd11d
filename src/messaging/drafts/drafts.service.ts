import { Injectable } from '@nestjs/common';
import { activityKeySchema, formatActivityKey, parseActivityKey } from '../../conversations/activity-key.js';
import { Memberships } from '../../conversations/memberships.js';
import { MailboxService } from '../../mailbox/mailbox.service.js';
import { notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import type { PageQuery } from '../../platform/http/schemas.js';
import { requireShortText } from '../message-sizes.js';
import {
  type DraftEvent,
  type DraftPage,
  type DraftView,
  type SaveDraft,
  toDraftView,
} from './drafts.dto.js';
import { DraftsStore } from './drafts.store.js';

/**
 * A user's drafts, one a conversation; the last that was saved counts. The user's open connections are told. It goes
 * with the membership in which it was written. All but `list` throw what `Memberships.require` throws.
 */
@Injectable()
export class DraftsService {
  constructor(
    private readonly store: DraftsStore,
    private readonly memberships: Memberships,
    private readonly mailbox: MailboxService,
  ) {}

  /** Throws `message.too_long`. */
  async save(
    caller: Principal,
    id: string,
    { text, replyTo = null, threadOf = null }: SaveDraft,
  ): Promise<DraftView> {
    const { userId, conversationId } = await this.memberships.require(caller, id);
    requireShortText(text);
    await this.store.forgetFormer(userId);
    await this.store.save(userId, { conversationId, text, replyTo, threadOf });
    const draft = await this.get(caller, id);
    this.tell(userId, { conversationId, draft });
    return draft;
  }

  /** Throws `draft.not_found`. */
  async get(caller: Principal, id: string): Promise<DraftView> {
    const { userId, conversationId } = await this.memberships.require(caller, id);
    const draft = await this.store.find(userId, conversationId);
    if (!draft) throw notFound('draft');
    return toDraftView(draft);
  }

  /** Where there is none, nothing changes. */
  async remove(caller: Principal, id: string): Promise<void> {
    const { userId, conversationId } = await this.memberships.require(caller, id);
    if (await this.store.remove(userId, conversationId)) this.tell(userId, { conversationId, draft: null });
  }

  /** Newest first. */
  async list({ userId }: Principal, { limit, cursor }: PageQuery): Promise<DraftPage> {
    const key = readCursor(cursor, activityKeySchema);
    const rows = await this.store.findAll(
      userId,
      key === undefined ? undefined : parseActivityKey(key),
      limit + 1,
    );
    return toPage(
      rows,
      limit,
      ({ updatedAt, conversationId }) => formatActivityKey({ changedAt: updatedAt, id: conversationId }),
      toDraftView,
    );
  }

  private tell(userId: string, data: DraftEvent): void {
    this.mailbox.show([userId], { kind: 'event', type: 'draft.updated', data });
  }
}
