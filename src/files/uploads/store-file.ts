import { Injectable } from '@nestjs/common';
import type { AttachedFile } from '../../ledger/message.entity.js';
import { Config } from '../../platform/config/config.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import { FilesStore } from '../files.store.js';
import { FileStorage, keyOf, thumbnailKeyOf } from '../storage/file-storage.js';
import { isReadAsImage } from './image-rules.js';
import { Images } from './images.js';
import type { ReceivedFile } from './receive-file.js';
import { sniffType } from './sniff-type.js';

/** Makes an upload a file: judged by its bytes, cleaned if it is an image, stored, known. */
@Injectable()
export class StoreFile {
  constructor(
    private readonly images: Images,
    private readonly storage: FileStorage,
    private readonly store: FilesStore,
    private readonly ids: IdGenerator,
    private readonly config: Config,
  ) {}

  /** The bytes are stored before anybody can know of them. Throws what `Images.prepare` throws; then nothing is stored. */
  async from(
    uploaderId: string,
    received: ReceivedFile,
    name: (part: string) => string,
  ): Promise<AttachedFile> {
    const contentType = await sniffType(received.path);
    const image = isReadAsImage(contentType) ? await this.images.prepare(received.path, name) : undefined;
    const { path, size } = image ?? received;
    const file: AttachedFile = {
      id: this.ids.next(),
      name: received.name,
      contentType,
      size,
      width: image?.width ?? null,
      height: image?.height ?? null,
    };
    const parts = [
      { key: keyOf(file.id), path },
      ...(image?.thumbnail ? [{ key: thumbnailKeyOf(file.id), path: image.thumbnail.path }] : []),
    ];
    try {
      for (const part of parts) await this.storage.put(part.key, part.path);
      await this.store.insert(
        { ...file, uploaderId, thumbnailSize: image?.thumbnail?.size ?? null },
        this.config.files.unattachedHours,
      );
    } catch (error) {
      // What can't be removed now is found by the sweep.
      await Promise.allSettled(parts.map(({ key }) => this.storage.remove(key)));
      throw error;
    }
    return file;
  }
}
