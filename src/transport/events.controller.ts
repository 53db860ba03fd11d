import { Body, Controller, Get, Headers, HttpCode, HttpStatus, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireCursor } from '../mailbox/cursor.js';
import { Delivered } from '../offline/delivered.js';
import { Caller, type Principal } from '../platform/http/principal.js';
import { OnlyProblems, Problems, PublicProblems, forCallers, withBody } from '../platform/http/problems.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import { EventStreams } from './event-streams.js';
import {
  type AckEvents,
  type PollQuery,
  type StreamQuery,
  STREAM_EXAMPLE,
  ackEventsSchema,
  pollQuerySchema,
  pollSchema,
  streamQuerySchema,
} from './events-api.dto.js';
import { LongPolls } from './long-polls.js';
import { ForStreams } from './stream-caller.js';

/** The doors for light clients: a stream of server-sent events, and long polling. */
@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly streams: EventStreams,
    private readonly polls: LongPolls,
    private readonly delivered: Delivered,
  ) {}

  @Get()
  @ForStreams()
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'My events as server-sent events',
    description:
      'For `EventSource`: `ready` first, then each event under its type’s name; its id is where to resume. `/asyncapi.json` describes them. A node that can’t serve, or was asked too often, ends the stream at once and says in `retry:` when to come back, since another status would stop a browser for good.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Where to go on; before `cursor`. Text that is no cursor counts as none.',
    schema: { type: 'string' },
    example: '1795245062327-4',
  })
  @ApiOkResponse({
    description: 'A stream that ends with its token, its session or the node.',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: STREAM_EXAMPLE } },
  })
  @OnlyProblems(...forCallers, 'request.invalid', 'connections.too_many', 'internal')
  stream(
    @Query({ schema: streamQuerySchema }) query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.open(request, reply, query, lastEventId);
  }

  @Get('poll')
  @ForStreams()
  @ApiOperation({
    operationId: 'pollEvents',
    summary: 'My events by long polling',
    description:
      'Answers at once if there is something after the cursor or no cursor was given, else when something comes, else empty after `wait` seconds.',
  })
  @ApiOkResponse({ standardSchema: pollSchema, description: 'Events, perhaps none.' })
  @PublicProblems(...forCallers, 'request.invalid', 'cursor.invalid', 'connections.too_many')
  poll(
    @Query({ schema: pollQuerySchema }) query: PollQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.polls.answer(request, reply, query);
  }

  @Post('ack')
  @CountedAs('signals')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'acknowledgeEvents', summary: 'Everything up to a cursor has been delivered' })
  @ApiNoContentResponse({ description: 'It is noted; an older cursor changes nothing.' })
  @Problems(...withBody, 'cursor.invalid')
  async acknowledge(
    @Caller() caller: Principal,
    @Body({ schema: ackEventsSchema }) { cursor }: AckEvents,
  ): Promise<void> {
    await this.delivered.upTo(caller.userId, requireCursor(cursor));
  }
}
