import { Injectable } from '@nestjs/common';
import { BroadcastReceipts } from '../broadcast/broadcast-receipts.js';
import { Acknowledgements } from '../mailbox/acknowledgements.js';
import type { Cursor } from '../mailbox/cursor.js';
import { ReceiptsService } from '../messaging/receipts/receipts.service.js';

/** Notes what has been delivered: moves the receipts that others see, and empties the offline pool. */
@Injectable()
export class Delivered {
  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly receipts: ReceiptsService,
    private readonly broadcasts: BroadcastReceipts,
  ) {}

  /** All up to the cursor. Never back, never beyond what was written so far; resolves when it is durable. */
  async upTo(userId: string, cursor: Cursor): Promise<void> {
    const { seqs, broadcastIds, confirm } = await this.acknowledgements.of(userId, cursor);
    await Promise.all([
      this.broadcasts.delivered(userId, broadcastIds),
      ...[...seqs].map(([conversationId, seq]) => this.receipts.markDelivered(userId, conversationId, seq)),
    ]);
    await confirm();
  }
}
