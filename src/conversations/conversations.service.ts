import { Injectable } from '@nestjs/common';
import { MessageStore } from '../ledger/message.store.js';
import type { MessageView } from '../ledger/message.dto.js';
import { MessageViews, type Sees } from '../ledger/message-views.js';
import { notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import { activityKeySchema, formatActivityKey, parseActivityKey } from './activity-key.js';
import type { ChannelQuery, ConversationPage, ConversationView } from './conversations.dto.js';
import { type ConversationRow, ConversationsStore } from './conversations.store.js';
import { partnerIn } from './direct-pair.js';
import { MembersStore } from './members.store.js';
import type { MemberSettings } from './members.dto.js';
import { Memberships } from './memberships.js';

/** Shows conversations, each as its viewer sees it. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly store: ConversationsStore,
    private readonly members: MembersStore,
    private readonly memberships: Memberships,
    private readonly messages: MessageStore,
    private readonly views: MessageViews,
  ) {}

  /** One of the caller's, or a channel that they may read about. Throws `conversation.not_found`. */
  async get(caller: Principal, conversationId: string): Promise<ConversationView> {
    const id = parseId('conversation', conversationId);
    const [view] = await this.findMany(caller.userId, [id]);
    if (view) return view;
    const channel = caller.role === 'guest' ? undefined : await this.store.findChannel(caller.userId, id);
    if (!channel) throw notFound('conversation');
    return toView(caller.userId, channel, undefined);
  }

  /** As the user sees them; those that the user is no member of are absent. */
  async findMany(userId: string, conversationIds: readonly string[]): Promise<ConversationView[]> {
    return this.toViews(userId, await this.store.findFor(userId, conversationIds));
  }

  /** All of the user's, newest activity first. */
  async listAll(userId: string): Promise<ConversationView[]> {
    return this.toViews(userId, await this.store.findAll(userId));
  }

  async list(userId: string, { limit, cursor }: PageQuery): Promise<ConversationPage> {
    const key = readCursor(cursor, activityKeySchema);
    const rows = await this.store.findByActivity(
      userId,
      key === undefined ? undefined : parseActivityKey(key),
      limit + 1,
    );
    const page = toPage(rows, limit, formatActivityKey, (row) => row);
    return { items: await this.toViews(userId, page.items), nextCursor: page.nextCursor };
  }

  /** Channels by part of their name or topic, oldest first. Guests find those that they are in. */
  async listChannels(
    { userId, role }: Principal,
    { query = '', limit, cursor }: ChannelQuery,
  ): Promise<ConversationPage> {
    const rows = await this.store.findChannels(userId, query, {
      after: readCursor(cursor, idSchema),
      limit: limit + 1,
      onlyMine: role === 'guest',
    });
    const page = toPage(
      rows,
      limit,
      ({ id }) => id,
      (row) => row,
    );
    return { items: await this.toViews(userId, page.items), nextCursor: page.nextCursor };
  }

  /** Of the caller alone: no change of the conversation, and nobody is told. */
  async set(caller: Principal, conversationId: string, settings: MemberSettings): Promise<ConversationView> {
    await this.memberships.require(caller, conversationId);
    await this.members.set(conversationId, caller.userId, settings);
    return this.get(caller, conversationId);
  }

  private async toViews(userId: string, rows: readonly ConversationRow[]): Promise<ConversationView[]> {
    const hiddenUpTo = new Map(rows.map(({ id, visibleAfterSeq }) => [id, visibleAfterSeq ?? Infinity]));
    const sees: Sees = ({ conversationId, seq }) => seq > (hiddenUpTo.get(conversationId) ?? Infinity);
    const last = rows.map(({ id, lastSeq }) => ({ conversationId: id, seq: lastSeq })).filter(sees);
    const shown = await this.views.of(await this.messages.findAt(last), sees);
    const byConversation = new Map(shown.map((message) => [message.conversationId, message]));
    return rows.map((row) => toView(userId, row, byConversation.get(row.id)));
  }
}

const toView = (
  userId: string,
  row: ConversationRow,
  lastMessage: MessageView | undefined,
): ConversationView => ({
  id: row.id,
  type: row.type,
  name: row.name,
  topic: row.topic,
  avatarUrl: row.avatarUrl,
  historyVisibility: row.historyVisibility,
  peerId: row.directKey === null ? null : partnerIn(row.directKey, userId),
  rev: row.headRev,
  lastSeq: row.lastSeq,
  lastMessage: lastMessage ?? null,
  memberCount: row.memberCount,
  role: row.role,
  readSeq: row.readSeq ?? 0,
  unread: row.unread,
  mentions: row.mentions,
  muted: Boolean(row.muted),
  pinned: Boolean(row.pinned),
  archived: Boolean(row.archived),
  blocked: Boolean(row.peerBlocked),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.changedAt.toISOString(),
});
