import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { BroadcastReceipts } from './broadcast-receipts.js';
import { MyBroadcasts } from './my-broadcasts.js';

/** A reader takes note of a broadcast. */
@Injectable()
export class AcknowledgeBroadcast {
  constructor(
    private readonly mine: MyBroadcasts,
    private readonly receipts: BroadcastReceipts,
  ) {}

  /** Resolves when it is durable; again changes nothing. Throws `broadcast.not_found`. */
  async of({ userId }: Principal, broadcastId: string): Promise<void> {
    const { broadcast, receipt } = await this.mine.require(userId, broadcastId);
    if (receipt?.acknowledgedAt) return;
    await this.receipts.acknowledged(userId, broadcast.id);
  }
}
