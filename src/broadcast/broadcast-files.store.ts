import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { keep, letGo, lockStanding } from '../ledger/file-holders.js';
import { notFound } from '../platform/errors/chat-error.js';
import { BroadcastFile } from './broadcast-file.entity.js';

/** Which broadcasts hold which files: written in the transaction of the broadcast, under its lock. */
@Injectable()
export class BroadcastFilesStore {
  constructor(@InjectRepository(BroadcastFile) private readonly held: Repository<BroadcastFile>) {}

  /** From now on the broadcast holds these files and no others. Throws `file.not_found` where one has come to its end. */
  async set(manager: EntityManager, broadcastId: string, fileIds: readonly string[]): Promise<void> {
    const before = (await manager.findBy(BroadcastFile, { broadcastId })).map(({ fileId }) => fileId);
    const added = fileIds.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !fileIds.includes(id));
    if (added.length > 0) {
      const standing = await lockStanding(manager, added);
      if (standing.size < added.length) throw notFound('file');
      await manager.insert(
        BroadcastFile,
        added.map((fileId) => ({ broadcastId, fileId })),
      );
      await keep(manager, added);
    }
    if (removed.length > 0)
      await letGo(manager, removed, async () => {
        await manager.query('DELETE FROM broadcast_files WHERE broadcastId = ? AND fileId IN (?)', [
          broadcastId,
          removed,
        ]);
      });
  }

  /** The broadcasts that hold a file now. */
  async findHolders(fileId: string): Promise<string[]> {
    return (await this.held.findBy({ fileId })).map(({ broadcastId }) => broadcastId);
  }
}
