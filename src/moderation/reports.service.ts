import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type MessageKey, keyOf } from '../ledger/message-key.js';
import { MessageViews } from '../ledger/message-views.js';
import { MessageStore } from '../ledger/message.store.js';
import { inTransaction } from '../platform/database/transaction.js';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { idSchema, parseId } from '../platform/http/schemas.js';
import { Moderate } from './moderate.js';
import type { Report } from './report.entity.js';
import {
  type CloseReport,
  type ReportCase,
  type ReportCasePage,
  type ReportQuery,
  toReportCase,
} from './reports.dto.js';
import { ReportsStore } from './reports.store.js';

/** What moderators do with reports. */
@Injectable()
export class Reports {
  constructor(
    private readonly store: ReportsStore,
    private readonly messages: MessageStore,
    private readonly views: MessageViews,
    private readonly moderate: Moderate,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Newest first, each with the message as it is now. */
  async list({ limit, cursor, ...filters }: ReportQuery): Promise<ReportCasePage> {
    const rows = await this.store.findPage(filters, readCursor(cursor, idSchema), limit + 1);
    const page = toPage(
      rows,
      limit,
      ({ id }) => id,
      (row) => row,
    );
    return { items: await this.toCases(page.items), nextCursor: page.nextCursor };
  }

  /** Throws `report.not_found`. */
  async get(id: string): Promise<ReportCase> {
    const [found] = await this.toCases([await this.find(id)]);
    if (!found) throw notFound('report');
    return found;
  }

  /** Where the message of a report is. Throws `report.not_found`. */
  async messageOf(id: string): Promise<MessageKey> {
    const { conversationId, seq } = await this.find(id);
    return { conversationId, seq };
  }

  /**
   * Does what shall be done about the message or its sender, and closes all open reports about the message, in one
   * transaction. Throws `report.not_found`, `report.closed`, and what the act throws; then the reports stay open.
   */
  async close(caller: Principal, id: string, input: CloseReport): Promise<ReportCase> {
    const report = await this.find(id);
    if (report.state !== 'open') throw closed();
    const { conversationId, seq, senderId: userId } = report;
    const act = {
      caller,
      conversationId,
      reportId: report.id,
      note: input.note ?? null,
      also: (manager: EntityManager) => this.closeAll(manager, caller, report, input),
    };
    switch (input.action) {
      case 'delete_message':
        await this.moderate.deleteMessage({ ...act, seq });
        break;
      case 'mute':
        await this.moderate.mute({ ...act, userId }, input.until);
        break;
      case 'ban':
        await this.moderate.ban({ ...act, userId }, { until: input.until, reason: act.note });
        break;
      case 'dismiss':
      case 'resolve':
        await inTransaction(this.dataSource, (manager) =>
          this.moderate.record(manager, { ...act, seq, userId }, input.action),
        );
        break;
    }
    return this.get(id);
  }

  private async closeAll(
    manager: EntityManager,
    { userId }: Principal,
    report: Report,
    { action, note }: CloseReport,
  ): Promise<void> {
    const state = action === 'dismiss' ? 'dismissed' : 'resolved';
    const change = { state, action, note: note ?? null, closedBy: userId, closedAt: new Date() } as const;
    if ((await this.store.close(manager, report, change)) === 0) throw closed();
  }

  private async find(id: string): Promise<Report> {
    const report = await this.store.find(parseId('report', id));
    if (!report) throw notFound('report');
    return report;
  }

  private async toCases(reports: readonly Report[]): Promise<ReportCase[]> {
    // Whoever decides sees all of the conversation.
    const messages = await this.views.of(await this.messages.findAt(reports), () => true);
    const byKey = new Map(messages.map((message) => [keyOf(message), message]));
    return reports.map((report) => toReportCase(report, byKey.get(keyOf(report))));
  }
}

const closed = (): ChatError => new ChatError('conflict', 'report.closed', 'The report is closed already.');
