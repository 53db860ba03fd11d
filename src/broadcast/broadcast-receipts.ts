import { Injectable } from '@nestjs/common';
import { coalesced } from '../platform/jobs/coalesced.js';
import { type Receipt, ReceiptsStore } from './receipts.store.js';

/** Receipts that one transaction stores. */
const BATCH = 1_000;

interface Waiting {
  readonly receipts: readonly Receipt[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Notes who has got what. Whatever comes while the last batch is being stored makes the next one. */
@Injectable()
export class BroadcastReceipts {
  private readonly waiting: Waiting[] = [];

  constructor(private readonly store: ReceiptsStore) {}

  /** A device of the user has these. Resolves when that is durable; once noted, it changes nothing. */
  async delivered(userId: string, broadcastIds: readonly string[]): Promise<void> {
    await this.note(broadcastIds.map((broadcastId) => ({ broadcastId, userId, isAcknowledged: false })));
  }

  /** The user has acknowledged it. Likewise. */
  async acknowledged(userId: string, broadcastId: string): Promise<void> {
    await this.note([{ broadcastId, userId, isAcknowledged: true }]);
  }

  private async note(receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ receipts, resolve, reject });
      this.flush();
    });
  }

  private readonly flush = coalesced(async () => {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        await this.store.add(batch.flatMap(({ receipts }) => receipts));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  });
}
