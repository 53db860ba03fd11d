import { Injectable } from '@nestjs/common';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { type PageQuery, idSchema } from '../../platform/http/schemas.js';
import { History } from '../history.js';
import { toMessageReceipt } from './receipt-rules.js';
import type { MessageReceiptPage } from './receipts.dto.js';
import { ReceiptsStore } from './receipts.store.js';

/** To whom a message has come, and when. */
@Injectable()
export class MessageReceipts {
  constructor(
    private readonly history: History,
    private readonly store: ReceiptsStore,
  ) {}

  /**
   * The present members who were there when it was sent, without its sender, in the order of their ids. Times of the
   * last hundred messages are exact; an older one shows when a later message was got or read.
   * Throws what `History.message` throws.
   */
  async of(
    caller: Principal,
    conversationId: string,
    seqText: string,
    { limit, cursor }: PageQuery,
  ): Promise<MessageReceiptPage> {
    const { seq, senderId } = await this.history.message(caller, conversationId, seqText);
    const after = readCursor(cursor, idSchema) ?? '0';
    const members = await this.store.findMarks({ conversationId, seq }, senderId, after, limit + 1);
    const page = toPage(
      members,
      limit,
      ({ userId }) => userId,
      (member) => member,
    );
    const userIds = page.items.map(({ userId }) => userId);
    const times = await this.store.findTimes(conversationId, userIds, seq);
    const items = page.items.map((member) => {
      const isReadHidden = member.isReadHidden && member.userId !== caller.userId;
      return toMessageReceipt({ ...member, isReadHidden }, seq, times.get(member.userId));
    });
    return { items, nextCursor: page.nextCursor };
  }
}
