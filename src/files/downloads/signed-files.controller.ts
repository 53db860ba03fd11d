import { Controller, Get, Head, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../platform/http/principal.js';
import { PublicProblems } from '../../platform/http/problems.js';
import { type SignatureQuery, signatureQuerySchema } from '../files.dto.js';
import { ApiBytes } from './api-bytes.js';
import { SendFile } from './send-file.js';
import { SignedUrls } from './signed-urls.js';

/** What signed URLs open: the signature stands for a token. */
@ApiTags('files')
@Public()
@Controller('v1/signed/files')
export class SignedFilesController {
  constructor(
    private readonly signedUrls: SignedUrls,
    private readonly sendFile: SendFile,
  ) {}

  @Get(':id')
  @ApiOperation({ operationId: 'openSignedFile', summary: 'The bytes of a file, by a signed URL' })
  @ApiBytes('The file.')
  @PublicProblems('request.invalid', 'file.not_found', 'file.range_not_satisfiable')
  async download(
    @Param('id') id: string,
    @Query({ schema: signatureQuerySchema }) query: SignatureQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sendFile.whole(await this.signedUrls.open(id, 'whole', query), request, reply);
  }

  @Head(':id')
  @ApiExcludeEndpoint()
  head(
    @Param('id') id: string,
    @Query({ schema: signatureQuerySchema }) query: SignatureQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.download(id, query, request, reply);
  }

  @Get(':id/thumbnail')
  @ApiOperation({ operationId: 'openSignedThumbnail', summary: 'A thumbnail, by a signed URL' })
  @ApiBytes('The thumbnail, as WebP.')
  @PublicProblems('request.invalid', 'file.not_found', 'thumbnail.not_found', 'file.range_not_satisfiable')
  async thumbnail(
    @Param('id') id: string,
    @Query({ schema: signatureQuerySchema }) query: SignatureQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sendFile.thumbnail(await this.signedUrls.open(id, 'thumbnail', query), request, reply);
  }
}
