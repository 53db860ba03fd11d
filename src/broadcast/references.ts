import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FileAccess } from '../files/file-access.js';
import type { AttachedFile } from '../ledger/message.entity.js';
import type { Principal } from '../platform/http/principal.js';
import { Audiences } from './audiences.js';
import { BroadcastFilesStore } from './broadcast-files.store.js';
import type { Broadcast } from './broadcast.entity.js';
import type { ChangeBroadcast } from './broadcasts.dto.js';

/** What a broadcast refers to: its audience, which has to be there, and its files, which stay while it holds them. */
@Injectable()
export class References {
  constructor(
    private readonly audiences: Audiences,
    private readonly files: FileAccess,
    private readonly held: BroadcastFilesStore,
  ) {}

  /**
   * The files that are given, as they are shown; undefined where none are said. They must be uploads of the caller's own, or
   * files that the broadcast holds already. Throws `file.not_found`, and what `Audiences.require` throws.
   */
  async require(
    { userId }: Principal,
    { audience, attachments }: Pick<ChangeBroadcast, 'audience' | 'attachments'>,
    before: Pick<Broadcast, 'attachments'> = { attachments: null },
  ): Promise<Broadcast['attachments'] | undefined> {
    if (audience) await this.audiences.require(audience);
    if (attachments === undefined) return undefined;
    const held = new Map((before.attachments ?? []).map((file) => [file.id, file]));
    const others = attachments.filter((id) => !held.has(id));
    const owned = new Map((await this.files.requireOwn(userId, others)).map((file) => [file.id, file]));
    const files = [...new Set(attachments)].map((id) => (held.get(id) ?? owned.get(id)) as AttachedFile);
    return files.length > 0 ? files : null;
  }

  /** From now on the broadcast holds these files and no others. Throws `file.not_found` where one has come to its end since. */
  async hold(manager: EntityManager, broadcastId: string, files: Broadcast['attachments']): Promise<void> {
    await this.held.set(
      manager,
      broadcastId,
      (files ?? []).map(({ id }) => id),
    );
  }
}
