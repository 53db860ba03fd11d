import { Injectable } from '@nestjs/common';
import { readCursor, toPage } from '../platform/http/page.js';
import { timestampSchema } from '../platform/http/schemas.js';
import { Audiences, asOf } from './audiences.js';
import { BroadcastChangesStore } from './broadcast-changes.store.js';
import type { Broadcast } from './broadcast.entity.js';
import type { BroadcastStats, ProgressPage, ProgressQuery } from './broadcasts.dto.js';
import { BroadcastsService } from './broadcasts.service.js';
import { ReceiptsStore } from './receipts.store.js';

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** How far a broadcast has come: exact, in users. All throw `broadcast.not_found`. */
@Injectable()
export class Statistics {
  constructor(
    private readonly broadcasts: BroadcastsService,
    private readonly audiences: Audiences,
    private readonly changes: BroadcastChangesStore,
    private readonly receipts: ReceiptsStore,
  ) {}

  async of(broadcastId: string): Promise<BroadcastStats> {
    const broadcast = await this.broadcasts.require(broadcastId);
    return {
      audience: await this.audienceOf(broadcast),
      delivered: broadcast.deliveredCount,
      acknowledged: broadcast.acknowledgedCount,
    };
  }

  /** Oldest first. All steps together are what `of` answers. */
  async overTime(broadcastId: string, { step, limit, cursor }: ProgressQuery): Promise<ProgressPage> {
    const { id } = await this.broadcasts.require(broadcastId);
    const last = readCursor(cursor, timestampSchema);
    const from = new Date(last === undefined ? 0 : Date.parse(last) + STEP_MS[step]);
    const rows = await this.receipts.progress(id, step, from, limit + 1);
    return toPage(
      rows,
      limit,
      ({ at }) => at.toISOString(),
      ({ at, ...counts }) => ({ at: at.toISOString(), ...counts }),
    );
  }

  private async audienceOf(broadcast: Broadcast): Promise<number> {
    if (!broadcast.isForConnected || broadcast.number === null)
      return this.audiences.count(broadcast.audience, asOf(broadcast));
    return (await this.changes.countReached(broadcast.number)) ?? 0;
  }
}
