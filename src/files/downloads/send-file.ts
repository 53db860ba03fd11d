import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import type { File } from '../file.entity.js';
import { FileStorage, keyOf, thumbnailKeyOf } from '../storage/file-storage.js';
import { THUMBNAIL_TYPE } from '../uploads/images.js';
import { planAnswer } from './answer-plan.js';
import { contentDisposition } from './content-disposition.js';

/** Milliseconds without a byte taken after which a download is given up. */
const SILENCE_MS = 60_000;

interface Served {
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly name: string;
}

/** Answers with the bytes of a file, or a part of them, in a way that no browser runs them. */
@Injectable()
export class SendFile {
  constructor(private readonly storage: FileStorage) {}

  /** Throws `file.not_found` when the bytes are gone, `file.range_not_satisfiable`. */
  whole(file: File, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { id, size, contentType, name } = file;
    return this.send({ key: keyOf(id), size, contentType, name }, request, reply);
  }

  /** Throws `thumbnail.not_found` too. */
  async thumbnail(file: File, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { thumbnailSize: size, name } = file;
    if (size === null) throw notFound('thumbnail');
    const key = thumbnailKeyOf(file.id);
    await this.send({ key, size, contentType: THUMBNAIL_TYPE, name: `${name}.webp` }, request, reply);
  }

  private async send(served: Served, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { size, key } = served;
    const etag = `"${key}"`; // under one key there are never other bytes
    const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
    const plan = planAnswer(size, etag, { range, ifRange: oneOf(ifRange), ifNoneMatch });
    if (plan.status === 416) {
      void reply.header('Content-Range', `bytes */${size}`);
      throw new ChatError('unsatisfiable', 'file.range_not_satisfiable', `The file has ${size} bytes.`);
    }
    if (plan.status === 304)
      return void reply
        .status(304)
        .headers({ ...guards, ETag: etag })
        .send();
    const length = plan.end - plan.start + 1;
    const isEmpty = length === 0 || request.method === 'HEAD';
    const bytes = isEmpty ? '' : await this.storage.read(key, plan);
    if (bytes === undefined) throw notFound('file');
    reply.raw.setTimeout(SILENCE_MS, () => reply.raw.destroy());
    if (plan.status === 206) void reply.header('Content-Range', `bytes ${plan.start}-${plan.end}/${size}`);
    void reply
      .status(plan.status)
      .headers({
        ...guards,
        ETag: etag,
        'Content-Type': withCharset(served.contentType),
        'Content-Length': String(length),
        'Content-Disposition': contentDisposition(served.name, served.contentType),
      })
      .send(bytes);
  }
}

/** Whatever an upload is, a browser that shows it gives it no origin, lets it load nothing and does not guess its type. */
const guards = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Accept-Ranges': 'bytes',
  // Asked for anew each time, so that what is deleted or no longer theirs is shown to nobody.
  'Cache-Control': 'private, no-cache',
};

const withCharset = (contentType: string): string =>
  contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType;

const oneOf = (header: string | string[] | undefined): string | undefined => [header].flat()[0];
