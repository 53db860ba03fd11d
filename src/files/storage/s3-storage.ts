import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { unavailable } from '../../platform/errors/chat-error.js';
import { type ByteRange, FileStorage, type StoredObject } from './file-storage.js';

/** Milliseconds of silence after which a request to the store is given up. */
const SILENCE_MS = 15_000;
const PUT_ATTEMPTS = 2;

/** What goes wrong is thrown, and told by whoever catches it. */
const say = (): void => undefined;
const quiet = { debug: say, info: say, warn: say, error: say };

/** Uploads in a bucket of Amazon's, or of a service that speaks the same protocol. Nobody but the nodes reads the bucket. */
@Injectable()
export class S3Storage extends FileStorage implements OnApplicationShutdown {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;

  constructor({ files }: Config) {
    super();
    this.bucket = files.s3Bucket ?? '';
    this.prefix = files.s3Prefix;
    this.client = new S3Client({
      region: files.s3Region,
      ...(files.s3Endpoint && { endpoint: files.s3Endpoint, forcePathStyle: true }),
      ...(files.s3AccessKeyId &&
        files.s3SecretAccessKey && {
          credentials: { accessKeyId: files.s3AccessKeyId, secretAccessKey: files.s3SecretAccessKey },
        }),
      // Other services refuse the checksums that Amazon's takes; TLS guards the way.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: quiet,
      requestHandler: { connectionTimeout: 5_000, socketTimeout: SILENCE_MS },
    });
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  /** Of a known length, so that it is one request: S3 shows an object whole or not at all. The local file stays. */
  async put(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    for (let attempt = 1; ; attempt += 1) {
      // The library tries again by itself, but for a stream: each attempt needs one of its own.
      const body = createReadStream(path);
      try {
        await this.client.send(new PutObjectCommand({ ...this.at(key), Body: body, ContentLength: size }));
        return;
      } catch (error) {
        if (attempt === PUT_ATTEMPTS) throw away(error);
      } finally {
        body.destroy();
      }
    }
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable | undefined> {
    try {
      const whole = end < start; // of an empty file there is no range
      const Range = whole ? undefined : `bytes=${start}-${end}`;
      const { Body } = await this.client.send(new GetObjectCommand({ ...this.at(key), Range }));
      return Body as Readable | undefined;
    } catch (error) {
      if (error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name)) return undefined;
      throw away(error);
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.at(key)));
    } catch (error) {
      throw away(error);
    }
  }

  async *list(): AsyncIterable<readonly StoredObject[]> {
    for (let after: string | undefined = '', next: string | undefined; after !== undefined; after = next) {
      const page: ListObjectsV2CommandOutput = await this.client
        .send(
          new ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: this.prefix,
            ...(after && { ContinuationToken: after }),
          }),
        )
        .catch((error: unknown) => {
          throw away(error);
        });
      yield (page.Contents ?? []).flatMap(({ Key, LastModified }) =>
        Key && LastModified ? [{ key: Key.slice(this.prefix.length), storedAt: LastModified }] : [],
      );
      next = page.NextContinuationToken;
    }
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + key };
  }
}

const away = (cause: unknown) => unavailable('The store of files is away.', cause);
