import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { ChatError, invalid, unavailable } from '../../platform/errors/chat-error.js';
import { unsupportedBody } from '../../platform/http/multipart.js';
import { cleanFileName } from './file-name.js';

/** The part of a form that holds the file. */
const FIELD = 'file';
/** What a form may have beside its file, in bytes. */
const FORM_BYTES = 64 * 1024;
/** Milliseconds of silence after which an upload is given up. */
const SILENCE_MS = 30_000;
/** Milliseconds that a refused sender gets to read why, before its connection is closed. */
const LINGER_MS = 2_000;

/** An upload on this node's disk, not yet stored. */
export interface ReceivedFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Writes the one file of a form to a local file as it comes: no more than a chunk of it is in memory. Throws
 * `request.invalid` for a form that is none, or holds anything else, or breaks off; `request.too_large` as soon as it is;
 * `request.unsupported_media_type`. The local file may be there afterwards in any case: it is the caller's to remove.
 */
export async function receiveFile(
  request: FastifyRequest,
  path: string,
  maxBytes: number,
): Promise<ReceivedFile> {
  request.raw.setTimeout(SILENCE_MS, () => request.raw.destroy());
  try {
    if (!request.isMultipart()) throw unsupportedBody();
    if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) throw tooLarge(maxBytes);
    return await receive(request, path, maxBytes);
  } catch (error) {
    throw translated(error);
  } finally {
    request.raw.setTimeout(0);
  }
}

async function receive(request: FastifyRequest, path: string, maxBytes: number): Promise<ReceivedFile> {
  let received: ReceivedFile | undefined;
  for await (const part of request.parts({ limits: { ...formLimits, fileSize: maxBytes + 1 } })) {
    if (part.type !== 'file' || part.fieldname !== FIELD || received) throw wrongForm();
    received = await writeFile(part, path, maxBytes);
  }
  return received ?? fail(wrongForm());
}

async function writeFile(part: MultipartFile, path: string, maxBytes: number): Promise<ReceivedFile> {
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
  await pipeline(part.file, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return { path, name: cleanFileName(part.filename), size, sha256: hash.digest('hex') };
}

const formLimits = { files: 1, fields: 1, parts: 2, headerPairs: 32, headerSize: 16 * 1024, fieldSize: 1024 };

/** What of a body is still to come is not wanted; but a connection that is closed at once would swallow the answer. */
export function endUnread({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return;
  raw.unpipe();
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref();
  raw.once('close', () => clearTimeout(timer));
}

function translated(error: unknown): unknown {
  if (error instanceof ChatError) return error;
  const isOfDisk =
    error instanceof Error &&
    'syscall' in error &&
    ['open', 'write', 'close'].includes(String(error.syscall));
  return isOfDisk ? unavailable('The store of files is away.', error) : wrongForm();
}

const wrongForm = (): ChatError =>
  invalid('The body must be a form with one file.', [{ path: FIELD, message: 'must be the only part' }]);

const tooLarge = (maxBytes: number): ChatError =>
  new ChatError('too_large', 'request.too_large', `A file has at most ${maxBytes} bytes.`);

function fail(error: Error): never {
  throw error;
}
