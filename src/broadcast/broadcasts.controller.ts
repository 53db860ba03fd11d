import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems } from '../platform/http/problems.js';
import { AcknowledgeBroadcast } from './acknowledge-broadcast.js';
import {
  type BroadcastPage,
  type BroadcastResponse,
  type BroadcastsQuery,
  broadcastPageSchema,
  broadcastResponseSchema,
  broadcastsQuerySchema,
} from './broadcasts.dto.js';
import { BroadcastsService } from './broadcasts.service.js';

/** What everybody may ask for. */
@ApiTags('broadcasts')
@Controller('v1/broadcasts')
export class BroadcastsController {
  constructor(
    private readonly broadcasts: BroadcastsService,
    private readonly acknowledgement: AcknowledgeBroadcast,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listBroadcasts', summary: 'Announcements that are current for me' })
  @ApiOkResponse({ standardSchema: broadcastPageSchema, description: 'Newest first.' })
  @Problems('request.invalid', 'auth.not_allowed')
  list(
    @Caller() caller: Principal,
    @Query({ schema: broadcastsQuerySchema }) query: BroadcastsQuery,
  ): Promise<BroadcastPage> {
    return this.broadcasts.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getBroadcast', summary: 'One announcement' })
  @ApiOkResponse({ standardSchema: broadcastResponseSchema, description: 'As it is now.' })
  @Problems('broadcast.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<BroadcastResponse> {
    return { broadcast: await this.broadcasts.get(caller, id) };
  }

  @Post(':id/ack')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'acknowledgeBroadcast', summary: 'I have taken note of it' })
  @ApiNoContentResponse({ description: 'That is on record; again changes nothing.' })
  @Problems('broadcast.not_found')
  acknowledge(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.acknowledgement.of(caller, id);
  }
}
