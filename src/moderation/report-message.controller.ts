import { Body, Controller, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody, withKey } from '../platform/http/problems.js';
import { Idempotent } from '../platform/idempotency/idempotent.js';
import { ReportMessage } from './report-message.js';
import {
  type ReportMessage as ReportMessageInput,
  type ReportResponse,
  reportMessageSchema,
  reportResponseSchema,
} from './reports.dto.js';

@ApiTags('messages')
@Controller('v1/conversations/:id/messages/:seq/report')
export class ReportMessageController {
  constructor(private readonly reportMessage: ReportMessage) {}

  @Post()
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'reportMessage', summary: 'Report a message to the moderators' })
  @ApiCreatedResponse({ standardSchema: reportResponseSchema, description: 'It is reported.' })
  @ApiOkResponse({ standardSchema: reportResponseSchema, description: 'I reported it before: that report.' })
  @Problems(
    ...withBody,
    ...withKey,
    'conversation.not_found',
    'conversation.not_member',
    'message.not_found',
    'message.not_allowed',
    'message.deleted',
  )
  async report(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('seq') seq: string,
    @Body({ schema: reportMessageSchema }) input: ReportMessageInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportResponse> {
    const { report, isNew } = await this.reportMessage.of(caller, id, seq, input);
    void reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { report };
  }
}
