import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { every } from '../../platform/jobs/every.js';
import { FilesStore } from '../files.store.js';
import { FileStorage, type StoredObject, fileIdOf } from '../storage/file-storage.js';
import { TemporaryFiles } from '../storage/temporary-files.js';

const SWEEP_MS = 3_600_000;
/** Bytes are stored before their row: younger ones may belong to an upload under way. Milliseconds. */
const YOUNG_MS = 3_600_000;

/** Removes what died between the steps of an upload: bytes that no row names, and parts of uploads on this node's disk. */
@Injectable()
export class SweepStorage implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop: (() => void) | undefined;
  private readonly logger = new Logger(SweepStorage.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly store: FilesStore,
    private readonly storage: FileStorage,
    private readonly temporary: TemporaryFiles,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = every(SWEEP_MS, this.logger, 'the store of files not swept', () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }

  /** The store by one node at a time: where another one is at it, this one leaves it alone. */
  async sweep(now = Date.now()): Promise<void> {
    await this.temporary.removeDead(now);
    const runner = this.dataSource.createQueryRunner();
    const name = `mailroom:files:${String(this.dataSource.options.database)}`.slice(0, 64);
    try {
      const [lock] = (await runner.query('SELECT GET_LOCK(?, 0) AS held', [name])) as { held: unknown }[];
      if (String(lock?.held) !== '1') return;
      try {
        for await (const page of this.storage.list()) await this.sweepPage(page, now);
      } finally {
        await runner.query('SELECT RELEASE_LOCK(?)', [name]);
      }
    } finally {
      await runner.release();
    }
  }

  private async sweepPage(page: readonly StoredObject[], now: number): Promise<void> {
    const old = page.flatMap(({ key, storedAt }) => {
      const id = fileIdOf(key);
      return id !== undefined && now - storedAt.getTime() > YOUNG_MS ? [{ key, id }] : [];
    });
    const known = await this.store.findExisting(old.map(({ id }) => id));
    for (const { key, id } of old) if (!known.has(id)) await this.storage.remove(key);
  }
}
