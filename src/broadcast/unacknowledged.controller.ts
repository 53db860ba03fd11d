import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../platform/http/principal.js';
import { Problems } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { type UnacknowledgedPage, unacknowledgedPageSchema } from './broadcasts.dto.js';
import { RemindBroadcast } from './remind-broadcast.js';
import { Unacknowledged } from './unacknowledged.js';

/** Who has not acknowledged a broadcast, for admins and services. */
@ApiTags('broadcasts')
@Roles('admin', 'service')
@Controller('v1/broadcasts/:id')
export class UnacknowledgedController {
  constructor(
    private readonly unacknowledged: Unacknowledged,
    private readonly reminder: RemindBroadcast,
  ) {}

  @Get('unacknowledged')
  @ApiOperation({ operationId: 'listUnacknowledged', summary: 'Who has not acknowledged it' })
  @ApiOkResponse({ standardSchema: unacknowledgedPageSchema, description: 'In the order of their ids.' })
  @Problems('request.invalid', 'auth.not_allowed', 'broadcast.not_found')
  list(
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<UnacknowledgedPage> {
    return this.unacknowledged.list(id, query);
  }

  @Get('unacknowledged.csv')
  @ApiOperation({ operationId: 'exportUnacknowledged', summary: 'Who has not acknowledged it, as a file' })
  @ApiOkResponse({
    description: 'All of them, in UTF-8, one a line after a line of headings.',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @Problems('auth.not_allowed', 'broadcast.not_found')
  async export(@Param('id') id: string): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(await this.unacknowledged.csv(id), { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="unacknowledged.csv"',
    });
  }

  @Post('remind')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'remindBroadcast', summary: 'Show it again to who has not acknowledged it' })
  @ApiNoContentResponse({ description: 'They are reminded.' })
  @Problems('auth.not_allowed', 'broadcast.not_found', 'broadcast.not_remindable')
  remind(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.reminder.of(caller, id);
  }
}
