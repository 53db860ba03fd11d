import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AttachedFile } from '../../ledger/message.entity.js';
import type { Principal } from '../../platform/http/principal.js';
import { Idempotency } from '../../platform/idempotency/idempotency.service.js';
import { requestHash } from '../../platform/idempotency/request-hash.js';
import type { FileResponse } from '../files.dto.js';
import { ReceiveUpload } from './receive-upload.js';
import { StoreFile } from './store-file.js';

export interface Uploaded {
  readonly file: AttachedFile;
  /** Whether the answer is that of an earlier request with the same key. */
  readonly isReplayed: boolean;
}

@Injectable()
export class UploadFile {
  private readonly logger = new Logger(UploadFile.name);

  constructor(
    private readonly receiving: ReceiveUpload,
    private readonly storing: StoreFile,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Resolves when the file is stored. With a key, the same bytes under the same name are stored once: the form around
   * them has another boundary each time, so it is not compared. Throws what `ReceiveUpload.of`, `StoreFile.from` and
   * `Idempotency.begin` throw; then nothing is kept.
   */
  of({ userId }: Principal, request: FastifyRequest, key: string | undefined): Promise<Uploaded> {
    return this.receiving.of(userId, request, async (received, name) => {
      const store = () => this.storing.from(userId, received, name);
      if (key === undefined) return { file: await store(), isReplayed: false };
      const { sha256 } = received;
      const first = await this.idempotency.begin({
        userId,
        key,
        requestHash: requestHash(request.method, request.url, { name: received.name, sha256 }),
      });
      if ('body' in first) return { ...(JSON.parse(first.body) as FileResponse), isReplayed: true };
      try {
        const file = await store();
        await this.attempt(first.finish({ status: 201, body: JSON.stringify({ file }) }));
        return { file, isReplayed: false };
      } catch (error) {
        await this.attempt(first.forget());
        throw error;
      }
    });
  }

  /** The file is stored or refused; that its repetition is not known must not change the answer. */
  private async attempt(noting: Promise<void>): Promise<void> {
    await noting.catch((error: unknown) => {
      this.logger.warn(`answer not kept for its Idempotency-Key: ${String(error)}`);
    });
  }
}
