import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ConversationsService } from '../conversations/conversations.service.js';
import { toMemberView } from '../conversations/members.dto.js';
import { Memberships } from '../conversations/memberships.js';
import type { MessageView } from '../ledger/message.dto.js';
import { MessageStore } from '../ledger/message.store.js';
import { MessageViews, seesAfter } from '../ledger/message-views.js';
import type { StoredMessage } from '../ledger/stored-message.js';
import { notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, parseSeq } from '../platform/http/schemas.js';
import { MessageHistoryStore } from './message-history.store.js';
import type { Changes, ChangesQuery, EditPage, HistoryQuery, MessagePage } from './messages.dto.js';

/** One above every seq. */
const END = 4_294_967_296;

const pinCursorSchema = z.string().regex(/^\d{1,10}$/);

/**
 * Reads what members may read of their conversations, from where on they see the history. All methods throw
 * `conversation.not_found` for others, or `conversation.not_member` for channels.
 */
@Injectable()
export class History {
  constructor(
    private readonly memberships: Memberships,
    private readonly conversations: ConversationsService,
    private readonly messages: MessageStore,
    private readonly former: MessageHistoryStore,
    private readonly views: MessageViews,
  ) {}

  /** A page, ascending; beyond either end it is empty. */
  async page(caller: Principal, conversationId: string, query: HistoryQuery): Promise<MessagePage> {
    const { visibleAfterSeq } = await this.memberships.require(caller, conversationId);
    const found = await this.find(conversationId, query, visibleAfterSeq);
    return { items: await this.views.of(found, seesAfter(visibleAfterSeq)), nextCursor: null };
  }

  /** Throws `message.not_found`. */
  async message(caller: Principal, conversationId: string, seq: string): Promise<MessageView> {
    const { visibleAfterSeq } = await this.memberships.require(caller, conversationId);
    const [message] = await this.messages.findAt([{ conversationId, seq: parseSeq('message', seq) }]);
    if (!message || message.seq <= visibleAfterSeq) throw notFound('message');
    return this.views.one(message, seesAfter(visibleAfterSeq));
  }

  /** What a message said before its edits, oldest first. A tombstone has none. Throws `message.not_found`. */
  async edits(caller: Principal, conversationId: string, seq: string): Promise<EditPage> {
    const message = await this.message(caller, conversationId, seq);
    const former = await this.former.find(conversationId, message.seq);
    return {
      items: former.map(({ text, editedAt }) => ({ text, editedAt: editedAt.toISOString() })),
      nextCursor: null,
    };
  }

  /** Pinned messages, newest first. */
  async pins(caller: Principal, conversationId: string, { limit, cursor }: PageQuery): Promise<MessagePage> {
    const { visibleAfterSeq } = await this.memberships.require(caller, conversationId);
    const before = Number(readCursor(cursor, pinCursorSchema) ?? END);
    const page = toPage(
      await this.former.findPinned(conversationId, visibleAfterSeq, before, limit + 1),
      limit,
      String,
      (seq) => seq,
    );
    const found = await this.messages.findAt(page.items.map((seq) => ({ conversationId, seq })));
    const newestFirst = found.toSorted((a, b) => b.seq - a.seq);
    return {
      items: await this.views.of(newestFirst, seesAfter(visibleAfterSeq)),
      nextCursor: page.nextCursor,
    };
  }

  /** What changed after a rev, in its present state; each thing once, in the order of its last change. */
  async changes(
    caller: Principal,
    conversationId: string,
    { sinceRev, limit }: ChangesQuery,
  ): Promise<Changes> {
    const { visibleAfterSeq } = await this.memberships.require(caller, conversationId);
    // Read before the changes: what is committed in between has a higher rev and comes with the next question.
    const conversation = await this.conversations.get(caller, conversationId);
    const changed = await this.messages.findChangedAfter(
      conversationId,
      sinceRev,
      visibleAfterSeq,
      limit + 1,
    );
    const { members, moreAfterRev } = await this.memberships.changedAfter(conversationId, sinceRev, limit);
    const ends = [changed[limit] && changed[limit - 1]?.rev, moreAfterRev].filter((end) => end !== undefined);
    const rev = ends.length > 0 ? Math.min(...ends) : Math.max(sinceRev, conversation.rev);
    const messages = changed.filter((message) => message.rev <= rev);
    return {
      conversation,
      messages: await this.views.of(messages, seesAfter(visibleAfterSeq)),
      members: members.filter((member) => member.rev <= rev).map(toMemberView),
      rev,
      more: ends.length > 0,
    };
  }

  private async find(
    conversationId: string,
    { before, after, around, limit }: HistoryQuery,
    hiddenUpTo: number,
  ): Promise<StoredMessage[]> {
    if (around !== undefined) {
      const half = Math.floor(limit / 2);
      const [earlier, later] = await Promise.all([
        this.messages.findLastBefore(conversationId, hiddenUpTo, around, half),
        this.messages.findBetween(conversationId, Math.max(around - 1, hiddenUpTo), END, limit - half),
      ]);
      return [...earlier, ...later];
    }
    if (after !== undefined)
      return this.messages.findBetween(conversationId, Math.max(after, hiddenUpTo), before ?? END, limit);
    return this.messages.findLastBefore(conversationId, hiddenUpTo, before ?? END, limit);
  }
}
