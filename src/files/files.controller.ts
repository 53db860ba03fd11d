import { Controller, Get, Head, HttpCode, HttpStatus, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExcludeEndpoint,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody, withStoredKey } from '../platform/http/problems.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../platform/idempotency/idempotent.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import { ApiBytes, fileForm } from './downloads/api-bytes.js';
import { SendFile } from './downloads/send-file.js';
import { SignedUrls } from './downloads/signed-urls.js';
import { FileAccess } from './file-access.js';
import { type FileResponse, type SignedUrl, fileResponseSchema, signedUrlSchema } from './files.dto.js';
import { UploadFile } from './uploads/upload-file.js';

@ApiTags('files')
@Controller('v1/files')
export class FilesController {
  constructor(
    private readonly uploadFile: UploadFile,
    private readonly access: FileAccess,
    private readonly sendFile: SendFile,
    private readonly signedUrls: SignedUrls,
  ) {}

  @Post()
  @CountedAs('uploads')
  @ApiIdempotencyKey()
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: fileForm })
  @ApiOperation({
    operationId: 'uploadFile',
    summary: 'Upload a file',
    description:
      'Only its uploader sees it, until a message or a broadcast holds it. Without one it is removed after a day.',
  })
  @ApiCreatedResponse({ standardSchema: fileResponseSchema, description: 'It is stored.' })
  @Problems(
    ...withBody,
    ...withStoredKey,
    'file.image_invalid',
    'file.image_too_large',
    'file.quota_exceeded',
    'file.too_many_uploads',
  )
  async upload(
    @Caller() caller: Principal,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FileResponse> {
    const { file, isReplayed } = await this.uploadFile.of(caller, request, key);
    if (isReplayed) void reply.header('Idempotency-Replayed', 'true');
    return { file };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'downloadFile', summary: 'The bytes of a file' })
  @ApiBytes('The file.')
  @Problems('file.not_found', 'file.range_not_satisfiable')
  async download(
    @Caller() { userId }: Principal,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sendFile.whole(await this.access.require(userId, id), request, reply);
  }

  @Head(':id')
  @ApiExcludeEndpoint()
  head(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.download(caller, id, request, reply);
  }

  @Get(':id/thumbnail')
  @ApiOperation({ operationId: 'downloadThumbnail', summary: 'An image, at most 512 pixels wide and high' })
  @ApiBytes('The thumbnail, as WebP.')
  @Problems('file.not_found', 'thumbnail.not_found', 'file.range_not_satisfiable')
  async thumbnail(
    @Caller() { userId }: Principal,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sendFile.thumbnail(await this.access.require(userId, id), request, reply);
  }

  @Head(':id/thumbnail')
  @ApiExcludeEndpoint()
  headOfThumbnail(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.thumbnail(caller, id, request, reply);
  }

  @Post(':id/url')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'signFileUrl',
    summary: 'A URL that opens a file without a token, for ten minutes',
    description:
      'For `<img>`. It speaks for the caller: it ends with its time, with the file, and when the caller may no longer see it.',
  })
  @ApiOkResponse({ standardSchema: signedUrlSchema, description: 'The URL.' })
  @Problems('file.not_found')
  url(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Req() { protocol, host }: FastifyRequest,
  ): Promise<SignedUrl> {
    return this.signedUrls.make(caller, id, `${protocol}://${host}`);
  }
}
