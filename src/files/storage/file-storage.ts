import type { Readable } from 'node:stream';

/** Bytes from one place to another, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface StoredObject {
  readonly key: string;
  readonly storedAt: Date;
}

/**
 * Where uploads are kept: named bytes that never change. Several nodes see the same ones. Every method throws
 * `service.unavailable` when the store can't be reached.
 */
export abstract class FileStorage {
  /** Stores a whole local file, or nothing. The local file stays, or is gone afterwards. */
  abstract put(key: string, path: string): Promise<void>;

  /** Undefined when there is nothing under the key. The stream must be read to its end or destroyed. */
  abstract read(key: string, range: ByteRange): Promise<Readable | undefined>;

  /** Nothing happens where there is nothing. */
  abstract remove(key: string): Promise<void>;

  /** All that is stored, in pages. What is stored or removed meanwhile may be among it or not. */
  abstract list(): AsyncIterable<readonly StoredObject[]>;
}

const THUMBNAIL = '.thumbnail';

export const keyOf = (fileId: string): string => fileId;
export const thumbnailKeyOf = (fileId: string): string => fileId + THUMBNAIL;
/** Undefined for what is none of this application's. */
export const fileIdOf = (key: string): string | undefined =>
  /^([1-9]\d{0,18})(?:\.thumbnail)?$/.exec(key)?.[1];
