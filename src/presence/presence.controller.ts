import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import { ChangePresence } from './change-presence.js';
import {
  type PresenceList,
  type PresenceQuery,
  type PresenceResponse,
  type SetPresence,
  presenceListSchema,
  presenceQuerySchema,
  presenceResponseSchema,
  setPresenceSchema,
} from './presence.dto.js';
import { Presences } from './presences.js';

@ApiTags('presence')
@Controller('v1/presence')
export class PresenceController {
  constructor(
    private readonly presences: Presences,
    private readonly change: ChangePresence,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getPresence',
    summary: 'Who is there',
    description: 'Unknown users are left out. Guests see themselves and whom they share a conversation with.',
  })
  @ApiOkResponse({ standardSchema: presenceListSchema, description: 'One item a user.' })
  @Problems('request.invalid')
  async get(
    @Caller() caller: Principal,
    @Query({ schema: presenceQuerySchema }) { userIds = [caller.userId] }: PresenceQuery,
  ): Promise<PresenceList> {
    return { items: await this.presences.of(caller, userIds) };
  }

  @Put()
  @CountedAs('signals')
  @ApiOperation({
    operationId: 'setPresence',
    summary: 'Say how I am',
    description: '`away` is said of the devices of this login.',
  })
  @ApiOkResponse({ standardSchema: presenceResponseSchema, description: 'I, as I see myself now.' })
  @Problems(...withBody, 'word_filter.refused', 'service.outcome_unknown')
  async set(
    @Caller() caller: Principal,
    @Body({ schema: setPresenceSchema }) input: SetPresence,
  ): Promise<PresenceResponse> {
    return { presence: await this.change.to(caller, input) };
  }
}
