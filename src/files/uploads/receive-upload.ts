import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/config.js';
import { ChatError } from '../../platform/errors/chat-error.js';
import { FilesStore } from '../files.store.js';
import { TemporaryFiles } from '../storage/temporary-files.js';
import { type ReceivedFile, endUnread, receiveFile } from './receive-file.js';
import { UploadSlots } from './upload-slots.js';

const MIB = 1024 * 1024;

/** Takes uploads in, as far as their senders may send any. */
@Injectable()
export class ReceiveUpload {
  constructor(
    private readonly slots: UploadSlots,
    private readonly files: FilesStore,
    private readonly temporary: TemporaryFiles,
    private readonly config: Config,
  ) {}

  /**
   * Gives the work an upload on this node's disk; whatever comes of it, nothing is left there afterwards. Throws
   * `file.too_many_uploads`, `file.quota_exceeded`, and what `receiveFile` throws.
   */
  async of<T>(
    userId: string,
    request: FastifyRequest,
    work: (received: ReceivedFile, name: (part: string) => string) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.slots.use(userId, async () => {
        const left = await this.leftFor(userId);
        return this.temporary.use(async (name) => {
          const received = await receiveFile(request, name('upload'), this.config.files.fileMib * MIB);
          if (received.size > left) throw quotaExceeded();
          return work(received, name);
        });
      });
    } finally {
      endUnread(request);
    }
  }

  /** Bytes that the user may still store. Uploads under way are not counted: their number is bounded. */
  private async leftFor(userId: string): Promise<number> {
    const { quotaMib } = this.config.files;
    if (quotaMib === 0) return Infinity;
    const left = quotaMib * MIB - (await this.files.sizeOf(userId));
    if (left <= 0) throw quotaExceeded();
    return left;
  }
}

const quotaExceeded = (): ChatError =>
  new ChatError('conflict', 'file.quota_exceeded', 'The caller has stored as much as one user may.');
