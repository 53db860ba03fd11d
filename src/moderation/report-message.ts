import { Injectable } from '@nestjs/common';
import { isDuplicate } from '../platform/database/duplicate.js';
import { ChatError } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { History } from '../messaging/history.js';
import type { Report } from './report.entity.js';
import { type ReportMessage as ReportMessageInput, type ReportView, toReportView } from './reports.dto.js';
import { ReportsStore } from './reports.store.js';

/** What a member does about a message that should not be there. */
@Injectable()
export class ReportMessage {
  constructor(
    private readonly history: History,
    private readonly store: ReportsStore,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Once a member and message: again, also with another reason, gets the report as it is. Throws `message.not_found` for
   * what the caller does not see, `message.not_allowed` for their own and for system messages, `message.deleted`.
   */
  async of(
    caller: Principal,
    conversationId: string,
    seq: string,
    { reason, comment }: ReportMessageInput,
  ): Promise<{ report: ReportView; isNew: boolean }> {
    const message = await this.history.message(caller, conversationId, seq);
    const find = () => this.store.findBy(caller.userId, message.conversationId, message.seq);
    const before = await find();
    if (before) return { report: toReportView(before), isNew: false };
    if (message.type !== 'text' || message.senderId === caller.userId)
      throw new ChatError('forbidden', 'message.not_allowed', 'This message is not the caller’s to report.');
    if (message.deletedAt) throw new ChatError('conflict', 'message.deleted', 'The message was deleted.');
    const report: Report = {
      id: this.ids.next(),
      conversationId: message.conversationId,
      seq: message.seq,
      senderId: message.senderId,
      reporterId: caller.userId,
      reason,
      comment: comment ?? null,
      state: 'open',
      action: null,
      note: null,
      closedBy: null,
      closedAt: null,
      createdAt: new Date(),
    };
    try {
      await this.store.insert(report);
      return { report: toReportView(report), isNew: true };
    } catch (error) {
      // The same member reported it at the same moment.
      const other = isDuplicate(error) ? await find() : null;
      if (!other) throw error;
      return { report: toReportView(other), isNew: false };
    }
  }
}
