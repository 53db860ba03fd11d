import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { every } from '../../platform/jobs/every.js';
import { FilesStore } from '../files.store.js';
import { FileStorage, keyOf, thumbnailKeyOf } from '../storage/file-storage.js';

/** Short enough that what a deleted message held is gone within two seconds, whichever node deleted it. */
const LOOK_MS = 500;
/** Milliseconds after a failure until the next attempt. */
const REST_MS = 5_000;
const PAGE = 50;

/**
 * Removes files whose time is over: uploads that no message took, and what deleted messages held. Each node looks by
 * itself, so that no node's end leaves anything; two that remove the same file do not disturb each other.
 */
@Injectable()
export class RemoveExpired implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop: (() => void) | undefined;
  private restsUntil = 0;
  private readonly logger = new Logger(RemoveExpired.name);

  constructor(
    private readonly store: FilesStore,
    private readonly storage: FileStorage,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = every(LOOK_MS, this.logger, 'expired files not removed', async () => {
      if (performance.now() < this.restsUntil) return;
      try {
        await this.all();
      } catch (error) {
        this.restsUntil = performance.now() + REST_MS;
        throw error;
      }
    });
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }

  /** The bytes first: while there are any, a row says so. Those that can't be removed now keep theirs. */
  async all(): Promise<void> {
    for (;;) {
      const expired = await this.store.findExpired(PAGE);
      const removals = await Promise.allSettled(expired.map((file) => this.removeBytes(file)));
      const isRemoved = (_: unknown, i: number) => removals[i]?.status === 'fulfilled';
      await this.store.remove(expired.filter(isRemoved).map(({ id }) => id));
      const failure = removals.find(({ status }) => status === 'rejected');
      if (failure?.status === 'rejected') throw failure.reason;
      if (expired.length < PAGE) return;
    }
  }

  private async removeBytes({ id, thumbnailSize }: Awaited<ReturnType<FilesStore['findExpired']>>[number]) {
    await this.storage.remove(keyOf(id));
    if (thumbnailSize !== null) await this.storage.remove(thumbnailKeyOf(id));
  }
}
