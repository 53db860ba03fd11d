import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Memberships } from '../../conversations/memberships.js';
import { type MessageKey, keyOf } from '../../ledger/message-key.js';
import { MessageStore } from '../../ledger/message.store.js';
import { MessageViews, seesAfter } from '../../ledger/message-views.js';
import { notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema, parseSeq } from '../../platform/http/schemas.js';
import type { MessagePage } from '../messages.dto.js';
import type { ThreadPage } from './threads.dto.js';
import { type FollowedThread, ThreadsStore } from './threads.store.js';

const seqCursorSchema = z.string().regex(/^\d{1,10}$/);

/**
 * Threads, and who follows them. A reply stands for the thread that it is in. Throws `conversation.not_found`,
 * `conversation.not_member`, and `message.not_found` where the caller does not see the message or its root.
 */
@Injectable()
export class Threads {
  constructor(
    private readonly memberships: Memberships,
    private readonly messages: MessageStore,
    private readonly views: MessageViews,
    private readonly store: ThreadsStore,
  ) {}

  /** The replies, ascending; deleted ones as tombstones. */
  async replies(
    caller: Principal,
    conversationId: string,
    seq: string,
    { limit, cursor }: PageQuery,
  ): Promise<MessagePage> {
    const { root, visibleAfterSeq } = await this.find(caller, conversationId, seq);
    const after = Number(readCursor(cursor, seqCursorSchema) ?? 0);
    const seqs = await this.store.findReplies(conversationId, root.seq, after, limit + 1);
    const page = toPage(seqs, limit, String, (reply) => ({ conversationId, seq: reply }));
    const replies = (await this.messages.findAt(page.items)).toSorted((a, b) => a.seq - b.seq);
    return {
      items: await this.views.of(replies, seesAfter(visibleAfterSeq)),
      nextCursor: page.nextCursor,
    };
  }

  /** Again changes nothing. */
  async follow(caller: Principal, conversationId: string, seq: string): Promise<void> {
    const { root } = await this.find(caller, conversationId, seq);
    await this.store.setFollowing(caller.userId, root, true);
  }

  /** Until the caller replies in it, or follows it again. */
  async unfollow(caller: Principal, conversationId: string, seq: string): Promise<void> {
    const { root } = await this.find(caller, conversationId, seq);
    await this.store.setFollowing(caller.userId, root, false);
  }

  /** Those that the caller follows, newest reply first. */
  async followed({ userId }: Principal, { limit, cursor }: PageQuery): Promise<ThreadPage> {
    const rows = await this.store.findFollowed(userId, readCursor(cursor, idSchema), limit + 1);
    const { items, nextCursor } = toPage(
      rows,
      limit,
      ({ lastId }) => lastId,
      (row) => row,
    );
    const found = await this.messages.findAt(items.flatMap((thread) => [rootOf(thread), lastOf(thread)]));
    const hidden = new Map(
      items.map(({ conversationId, visibleAfterSeq }) => [conversationId, visibleAfterSeq]),
    );
    const views = await this.views.of(found, (key) => key.seq > (hidden.get(key.conversationId) ?? Infinity));
    const shown = new Map(views.map((view) => [keyOf(view), view]));
    return {
      items: items.flatMap((thread) => {
        const [root, lastReply] = [rootOf(thread), lastOf(thread)].map((key) => shown.get(keyOf(key)));
        return root && lastReply ? [{ root, lastReply, unread: Number(thread.unread) }] : [];
      }),
      nextCursor,
    };
  }

  private async find(
    caller: Principal,
    conversationId: string,
    seq: string,
  ): Promise<{ root: MessageKey; visibleAfterSeq: number }> {
    const { visibleAfterSeq } = await this.memberships.require(caller, conversationId);
    const [message] = await this.messages.findAt([{ conversationId, seq: parseSeq('message', seq) }]);
    const rootSeq = message && (message.threadOf ?? message.seq);
    if (rootSeq === undefined || rootSeq <= visibleAfterSeq) throw notFound('message');
    return { root: { conversationId, seq: rootSeq }, visibleAfterSeq };
  }
}

const rootOf = ({ conversationId, rootSeq }: FollowedThread): MessageKey => ({
  conversationId,
  seq: rootSeq,
});
const lastOf = ({ conversationId, lastSeq }: FollowedThread): MessageKey => ({
  conversationId,
  seq: lastSeq,
});
