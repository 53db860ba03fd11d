import { Controller, Get, Head, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBytes } from '../files/downloads/api-bytes.js';
import { SendFile } from '../files/downloads/send-file.js';
import { FileAccess } from '../files/file-access.js';
import { Roles } from '../platform/http/principal.js';
import { Problems } from '../platform/http/problems.js';
import { Reports } from './reports.service.js';

const refusals = ['auth.not_allowed', 'report.not_found', 'file.not_found'] as const;

/** What a reported message holds, for who must judge it: as long as the message holds it, and no other file. */
@ApiTags('moderation')
@Roles('admin', 'moderator')
@Controller('v1/moderation/reports/:id/files/:fileId')
export class ReportedFilesController {
  constructor(
    private readonly reports: Reports,
    private readonly access: FileAccess,
    private readonly sendFile: SendFile,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'downloadReportedFile', summary: 'A file of a reported message' })
  @ApiBytes('The file.')
  @Problems(...refusals, 'file.range_not_satisfiable')
  async download(
    @Param('id') id: string,
    @Param('fileId') fileId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.access.requireHeld(await this.reports.messageOf(id), fileId);
    await this.sendFile.whole(file, request, reply);
  }

  @Head()
  @ApiExcludeEndpoint()
  head(
    @Param('id') id: string,
    @Param('fileId') fileId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.download(id, fileId, request, reply);
  }

  @Get('thumbnail')
  @ApiOperation({
    operationId: 'downloadReportedThumbnail',
    summary: 'An image of a reported message, at most 512 pixels wide and high',
  })
  @ApiBytes('The thumbnail, as WebP.')
  @Problems(...refusals, 'thumbnail.not_found', 'file.range_not_satisfiable')
  async thumbnail(
    @Param('id') id: string,
    @Param('fileId') fileId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.access.requireHeld(await this.reports.messageOf(id), fileId);
    await this.sendFile.thumbnail(file, request, reply);
  }
}
