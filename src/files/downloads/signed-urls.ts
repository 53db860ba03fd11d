import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import type { File } from '../file.entity.js';
import { FileAccess } from '../file-access.js';
import type { SignatureQuery, SignedUrl } from '../files.dto.js';
import { UrlKeysStore } from './url-keys.store.js';
import { type Grant, isValid, sign } from './url-signature.js';

const LIFE_SECONDS = 600;

/** URLs that open one file without a token, for a while: they speak for the user who asked for them. */
@Injectable()
export class SignedUrls {
  constructor(
    private readonly access: FileAccess,
    private readonly keys: UrlKeysStore,
  ) {}

  /** Throws `file.not_found`. */
  async make({ userId }: Principal, fileId: string, origin: string): Promise<SignedUrl> {
    const { id, thumbnailSize } = await this.access.require(userId, fileId);
    const expires = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
    const secret = await this.keys.current();
    const url = (form: Grant['form']) => {
      const signature = sign({ fileId: id, form, userId, expires }, secret);
      const path = form === 'whole' ? id : `${id}/thumbnail`;
      return `${origin}/v1/signed/files/${path}?user=${userId}&expires=${expires}&signature=${signature}`;
    };
    return {
      url: url('whole'),
      thumbnailUrl: thumbnailSize === null ? null : url('thumbnail'),
      expiresIn: LIFE_SECONDS,
    };
  }

  /** The file that such a URL opens: while its time is not over, and its user may still see the file. Throws `file.not_found`. */
  async open(fileId: string, form: Grant['form'], query: SignatureQuery): Promise<File> {
    const { user: userId = '', expires = '', signature = '' } = query;
    const grant = { fileId, form, userId, expires: /^\d{1,12}$/.test(expires) ? Number(expires) : 0 };
    if (!isValid(grant, signature, await this.keys.current())) throw notFound('file');
    return this.access.require(userId, fileId);
  }
}
