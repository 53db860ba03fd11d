import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems, withBody, withKey } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { type UserPage, userPageSchema } from '../../users/users.dto.js';
import { OpenRequest } from '../requests/open-request.js';
import {
  type OpenRequestInput,
  type QueueQuery,
  type RequestPage,
  type RequestResponse,
  openRequestSchema,
  queueQuerySchema,
  requestPageSchema,
  requestResponseSchema,
} from '../requests/requests.dto.js';
import { RequestsService } from '../requests/requests.service.js';
import { type TeamPage, teamPageSchema } from './teams.dto.js';
import { TeamsService } from './teams.service.js';

@ApiTags('support')
@Controller('v1/support/teams')
export class TeamsController {
  constructor(
    private readonly teams: TeamsService,
    private readonly requests: RequestsService,
    private readonly openRequest: OpenRequest,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSupportTeams', summary: 'The teams that can be asked' })
  @ApiOkResponse({ standardSchema: teamPageSchema, description: 'Oldest first.' })
  @Problems('request.invalid')
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<TeamPage> {
    return this.teams.list(query);
  }

  @Get(':id/agents')
  @ApiOperation({
    operationId: 'listSupportAgents',
    summary: 'Who answers for a team; for its agents and admins',
  })
  @ApiOkResponse({ standardSchema: userPageSchema, description: 'In the order of their ids.' })
  @Problems('request.invalid', 'support_team.not_found', 'support_team.not_agent')
  async agents(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<UserPage> {
    await this.requests.requireAgent(caller, id);
    return this.teams.agents(caller, id, query);
  }

  @Get(':id/requests')
  @ApiOperation({
    operationId: 'listSupportQueue',
    summary: 'The queue of a team; for its agents and admins',
  })
  @ApiOkResponse({ standardSchema: requestPageSchema, description: 'Requests.' })
  @Problems('request.invalid', 'support_team.not_found', 'support_team.not_agent')
  queue(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query({ schema: queueQuerySchema }) query: QueueQuery,
  ): Promise<RequestPage> {
    return this.requests.queue(caller, id, query);
  }

  @Post(':id/requests')
  @Idempotent({ replay: 'execute' })
  @ApiOperation({
    operationId: 'openSupportRequest',
    summary: 'Ask a team for help',
    description:
      'Everybody has one request at a team. One that is open is answered as it is; a closed one is opened again, with the history of its conversation.',
  })
  @ApiCreatedResponse({ standardSchema: requestResponseSchema, description: 'A new one, in the queue.' })
  @ApiOkResponse({ standardSchema: requestResponseSchema, description: 'The one that there was.' })
  @Problems(...withBody, ...withKey, 'support_team.not_found', 'word_filter.refused')
  async open(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: openRequestSchema }) input: OpenRequestInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RequestResponse> {
    const { request, isNew } = await this.openRequest.at(caller, id, input);
    void reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { supportRequest: await this.requests.show(caller, request) };
  }
}
