import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import { Report } from './report.entity.js';
import type { ReportQuery } from './reports.dto.js';

@Injectable()
export class ReportsStore {
  constructor(@InjectRepository(Report) private readonly reports: Repository<Report>) {}

  find(id: string): Promise<Report | null> {
    return this.reports.findOneBy({ id });
  }

  findBy(reporterId: string, conversationId: string, seq: number): Promise<Report | null> {
    return this.reports.findOneBy({ conversationId, seq, reporterId });
  }

  /** Throws a duplicate's error where the reporter has reported the message before. */
  async insert(report: Report): Promise<void> {
    await this.reports.insert(report);
  }

  /** Newest first, before an id. */
  findPage(
    { state, conversationId, senderId, reporterId }: Omit<ReportQuery, 'limit' | 'cursor'>,
    before: string | undefined,
    limit: number,
  ): Promise<Report[]> {
    return this.reports.find({
      where: {
        ...(state && { state }),
        ...(conversationId && { conversationId }),
        ...(senderId && { senderId }),
        ...(reporterId && { reporterId }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** All open reports about the message. Returns how many they were. */
  async close(
    manager: EntityManager,
    { conversationId, seq }: Pick<Report, 'conversationId' | 'seq'>,
    closed: Pick<Report, 'state' | 'action' | 'note' | 'closedBy' | 'closedAt'>,
  ): Promise<number> {
    const { affected } = await manager.update(Report, { conversationId, seq, state: 'open' }, closed);
    return affected ?? 0;
  }
}
