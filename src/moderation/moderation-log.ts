import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import { readCursor, toPage } from '../platform/http/page.js';
import { idSchema } from '../platform/http/schemas.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { ModerationAction } from './moderation-action.entity.js';
import {
  type ModerationActionPage,
  type ModerationActionQuery,
  toModerationActionView,
} from './moderation-log.dto.js';

/** What is put on record; the rest is null. */
export type Recorded = Pick<ModerationAction, 'moderatorId' | 'action' | 'conversationId'> &
  Partial<Pick<ModerationAction, 'seq' | 'userId' | 'until' | 'reportId' | 'note'>>;

/** The record of what moderators did. */
@Injectable()
export class ModerationLog {
  constructor(
    @InjectRepository(ModerationAction) private readonly actions: Repository<ModerationAction>,
    private readonly ids: IdGenerator,
  ) {}

  /** In the transaction of the act itself: none of the two is there without the other. */
  async add(manager: EntityManager, action: Recorded): Promise<void> {
    await manager.insert(ModerationAction, { ...action, id: this.ids.next(), createdAt: new Date() });
  }

  /** Newest first. */
  async list({
    limit,
    cursor,
    moderatorId,
    conversationId,
    userId,
  }: ModerationActionQuery): Promise<ModerationActionPage> {
    const before = readCursor(cursor, idSchema);
    const rows = await this.actions.find({
      where: {
        ...(moderatorId && { moderatorId }),
        ...(conversationId && { conversationId }),
        ...(userId && { userId }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, ({ id }) => id, toModerationActionView);
  }
}
