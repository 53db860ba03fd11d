import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import {
  type ModerationActionPage,
  type ModerationActionQuery,
  moderationActionPageSchema,
  moderationActionQuerySchema,
} from './moderation-log.dto.js';
import { ModerationLog } from './moderation-log.js';
import {
  type CloseReport,
  type ReportCasePage,
  type ReportCaseResponse,
  type ReportQuery,
  closeReportSchema,
  reportCasePageSchema,
  reportCaseResponseSchema,
  reportQuerySchema,
} from './reports.dto.js';
import { Reports } from './reports.service.js';

@ApiTags('moderation')
@Roles('admin', 'moderator')
@Controller('v1/moderation')
export class ReportsController {
  constructor(
    private readonly reports: Reports,
    private readonly log: ModerationLog,
  ) {}

  @Get('reports')
  @ApiOperation({ operationId: 'listReports', summary: 'What members reported' })
  @ApiOkResponse({ standardSchema: reportCasePageSchema, description: 'Newest first.' })
  @Problems('auth.not_allowed', 'request.invalid')
  list(@Query({ schema: reportQuerySchema }) query: ReportQuery): Promise<ReportCasePage> {
    return this.reports.list(query);
  }

  @Get('reports/:id')
  @ApiOperation({ operationId: 'getReport', summary: 'One report' })
  @ApiOkResponse({ standardSchema: reportCaseResponseSchema, description: 'With the message as it is now.' })
  @Problems('auth.not_allowed', 'report.not_found')
  async get(@Param('id') id: string): Promise<ReportCaseResponse> {
    return { report: await this.reports.get(id) };
  }

  @Post('reports/:id/close')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'closeReport',
    summary: 'Decide about a report',
    description: 'All open reports about the same message are closed with it.',
  })
  @ApiOkResponse({ standardSchema: reportCaseResponseSchema, description: 'Done, and closed.' })
  @Problems(
    ...withBody,
    'auth.not_allowed',
    'report.not_found',
    'report.closed',
    'conversation.not_allowed',
    'conversation.last_owner',
    'conversation.not_found',
    'member.not_found',
    'user.not_found',
  )
  async close(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: closeReportSchema }) input: CloseReport,
  ): Promise<ReportCaseResponse> {
    return { report: await this.reports.close(caller, id, input) };
  }

  @Get('actions')
  @ApiOperation({ operationId: 'listModerationActions', summary: 'What moderators did' })
  @ApiOkResponse({ standardSchema: moderationActionPageSchema, description: 'Newest first.' })
  @Problems('auth.not_allowed', 'request.invalid')
  actions(
    @Query({ schema: moderationActionQuerySchema }) query: ModerationActionQuery,
  ): Promise<ModerationActionPage> {
    return this.log.list(query);
  }
}
