import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../platform/config/config.js';
import { IdempotencyModule } from '../platform/idempotency/idempotency.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { SendFile } from './downloads/send-file.js';
import { SignedFilesController } from './downloads/signed-files.controller.js';
import { SignedUrls } from './downloads/signed-urls.js';
import { UrlKeysStore } from './downloads/url-keys.store.js';
import { File } from './file.entity.js';
import { FileAccess } from './file-access.js';
import { FilesController } from './files.controller.js';
import { FilesStore } from './files.store.js';
import { RemoveExpired } from './removal/remove-expired.js';
import { SweepStorage } from './removal/sweep-storage.js';
import { DiskStorage } from './storage/disk-storage.js';
import { FileStorage } from './storage/file-storage.js';
import { S3Storage } from './storage/s3-storage.js';
import { TemporaryFiles } from './storage/temporary-files.js';
import { Images } from './uploads/images.js';
import { ReceiveUpload } from './uploads/receive-upload.js';
import { StoreFile } from './uploads/store-file.js';
import { UploadFile } from './uploads/upload-file.js';
import { UploadSlots } from './uploads/upload-slots.js';

@Module({
  imports: [TypeOrmModule.forFeature([File]), IdempotencyModule, IdsModule],
  controllers: [FilesController, SignedFilesController],
  providers: [
    FilesStore,
    FileAccess,
    TemporaryFiles,
    {
      provide: FileStorage,
      inject: [Config],
      useFactory: (config: Config) =>
        config.files.s3Bucket === undefined ? new DiskStorage(config) : new S3Storage(config),
    },
    UploadSlots,
    ReceiveUpload,
    Images,
    StoreFile,
    UploadFile,
    SendFile,
    UrlKeysStore,
    SignedUrls,
    RemoveExpired,
    SweepStorage,
  ],
  exports: [FileAccess, SendFile],
})
export class FilesModule {}
