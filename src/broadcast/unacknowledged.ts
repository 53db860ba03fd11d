import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { readCursor, toPage } from '../platform/http/page.js';
import { type PageQuery, idSchema } from '../platform/http/schemas.js';
import { toCondition } from './audience-sql.js';
import { asOf } from './audiences.js';
import type { Broadcast } from './broadcast.entity.js';
import type { UnacknowledgedPage } from './broadcasts.dto.js';
import { BroadcastsService } from './broadcasts.service.js';
import { csvLine } from './csv.js';

/** Users read at a time for a file. */
const PAGE = 1_000;

interface Row {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly deliveredAt: Date | null;
}

/** Whom a broadcast is for and who have not acknowledged it, in the order of their ids. */
@Injectable()
export class Unacknowledged {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly broadcasts: BroadcastsService,
  ) {}

  /** Throws `broadcast.not_found`. */
  async list(broadcastId: string, { limit, cursor }: PageQuery): Promise<UnacknowledgedPage> {
    const broadcast = await this.broadcasts.require(broadcastId);
    const rows = await this.after(broadcast, readCursor(cursor, idSchema) ?? '0', limit + 1);
    return toPage(
      rows,
      limit,
      ({ userId }) => userId,
      ({ deliveredAt, ...user }) => ({ ...user, deliveredAt: deliveredAt?.toISOString() ?? null }),
    );
  }

  /** All of them as a CSV file, read as it is written. Throws `broadcast.not_found` before the first line. */
  async csv(broadcastId: string): Promise<AsyncIterable<string>> {
    return this.lines(await this.broadcasts.require(broadcastId));
  }

  private async *lines(broadcast: Broadcast): AsyncGenerator<string> {
    yield csvLine(['userId', 'username', 'displayName', 'deliveredAt']);
    let rows: Row[];
    let last = '0';
    do {
      rows = await this.after(broadcast, last, PAGE);
      yield rows
        .map(({ userId, username, displayName, deliveredAt }) =>
          csvLine([userId, username, displayName, deliveredAt?.toISOString() ?? '']),
        )
        .join('');
      last = rows.at(-1)?.userId ?? last;
    } while (rows.length === PAGE);
  }

  private after(broadcast: Broadcast, userId: string, limit: number): Promise<Row[]> {
    const { sql, parameters } = toCondition(broadcast.audience, asOf(broadcast));
    const isReached = broadcast.isForConnected ? 'AND r.userId IS NOT NULL' : '';
    return this.dataSource.query(
      `SELECT u.id AS userId, u.username, u.displayName, r.deliveredAt FROM users u
       LEFT JOIN broadcast_receipts r ON r.broadcastId = ? AND r.userId = u.id
       WHERE u.id > ? AND r.acknowledgedAt IS NULL ${isReached} AND ${sql}
       ORDER BY u.id LIMIT ?`,
      [broadcast.id, userId, ...parameters, limit],
    );
  }
}
