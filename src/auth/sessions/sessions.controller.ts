import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { type SessionPage, sessionPageSchema } from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@Controller('v1/auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({ operationId: 'listSessions', summary: 'My live logins, newest first' })
  @ApiOkResponse({ standardSchema: sessionPageSchema, description: 'Sessions.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<SessionPage> {
    return this.sessions.list(caller, query);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeSession',
    summary: 'End one of my logins',
    description: 'Its open connections close within a second on every node. Repeated, it changes nothing.',
  })
  @ApiNoContentResponse({ description: 'It has ended.' })
  @Problems('session.not_found')
  revoke(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.sessions.revoke(caller, id);
  }
}
