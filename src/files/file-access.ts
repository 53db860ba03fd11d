import { Injectable } from '@nestjs/common';
import type { MessageKey } from '../ledger/message-key.js';
import type { AttachedFile } from '../ledger/message.entity.js';
import { notFound } from '../platform/errors/chat-error.js';
import { parseId } from '../platform/http/schemas.js';
import type { File } from './file.entity.js';
import { toAttachedFile } from './files.dto.js';
import { FilesStore } from './files.store.js';

/** Whether something that holds the file shows it to the user. */
export type ShowsFile = (userId: string, fileId: string) => Promise<boolean>;

/**
 * Who may see which file: its uploader, and those who see a message that holds it, or something else that does. All others
 * are told that there is none.
 */
@Injectable()
export class FileAccess {
  private readonly others: ShowsFile[] = [];

  constructor(private readonly store: FilesStore) {}

  /** For what holds files and is no message. */
  alsoAsk(showsFile: ShowsFile): void {
    this.others.push(showsFile);
  }

  /** Asked anew each time: whoever was removed from a conversation sees nothing more of it. Throws `file.not_found`. */
  async require(userId: string, fileId: string): Promise<File> {
    const id = parseId('file', fileId);
    const [file] = await this.store.findStanding([id]);
    if (!file) throw notFound('file');
    if (file.uploaderId !== userId && !(await this.isShown(userId, id))) throw notFound('file');
    return file;
  }

  /**
   * A file that a message holds now, for whoever may read that message by another right than membership. Throws
   * `file.not_found`.
   */
  async requireHeld(message: MessageKey, fileId: string): Promise<File> {
    const id = parseId('file', fileId);
    const [file] = (await this.store.isHeldBy(message, id)) ? await this.store.findStanding([id]) : [];
    if (!file) throw notFound('file');
    return file;
  }

  /**
   * What a user may put into a message: their own uploads, each once, in the order given. Others' files come into a
   * message by forwarding one. Throws `file.not_found`.
   */
  async requireOwn(userId: string, fileIds: readonly string[]): Promise<AttachedFile[]> {
    const ids = [...new Set(fileIds.map((id) => parseId('file', id)))];
    const found = new Map((await this.store.findStanding(ids)).map((file) => [file.id, file]));
    return ids.map((id) => {
      const file = found.get(id);
      if (file?.uploaderId !== userId) throw notFound('file');
      return toAttachedFile(file);
    });
  }

  /** Uploads that no message holds yet stay until then, for one that will. */
  async keepUntil(fileIds: readonly string[], until: Date): Promise<void> {
    await this.store.keepUntil(fileIds, until);
  }

  private async isShown(userId: string, fileId: string): Promise<boolean> {
    if (await this.store.isSeenBy(userId, fileId)) return true;
    for (const showsFile of this.others) if (await showsFile(userId, fileId)) return true;
    return false;
  }
}
