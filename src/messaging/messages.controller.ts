import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody, withKey } from '../platform/http/problems.js';
import { Idempotent, IdempotencyKey } from '../platform/idempotency/idempotent.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import { History } from './history.js';
import {
  type Changes,
  type ChangesQuery,
  type HistoryQuery,
  type MarkRead,
  type MessagePage,
  type MessageResponse,
  type SendDirectMessage,
  type SendMessage as SendMessageInput,
  changesQuerySchema,
  changesSchema,
  historyQuerySchema,
  markReadSchema,
  messagePageSchema,
  messageResponseSchema,
  sendDirectMessageSchema,
  sendMessageSchema,
} from './messages.dto.js';
import { ReceiptsService } from './receipts/receipts.service.js';
import { SendMessage, type Sent } from './send-message.js';

const sendErrors = [
  ...withBody,
  ...withKey,
  'message.too_long',
  'message.metadata_too_large',
  'message.client_id_conflict',
  'word_filter.refused',
  'message.not_found',
  'message.deleted',
  'file.not_found',
  'member.not_found',
] as const;

const refusals = ['conversation.not_found', 'conversation.not_member'] as const;

@ApiTags('messages')
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly sendMessage: SendMessage,
    private readonly history: History,
    private readonly receipts: ReceiptsService,
  ) {}

  @Post('messages')
  @CountedAs('sends')
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'sendDirectMessage', summary: 'Send a message to a user' })
  @ApiCreatedResponse({ standardSchema: messageResponseSchema, description: 'It is stored.' })
  @ApiOkResponse({
    standardSchema: messageResponseSchema,
    description: 'It was stored before, under this clientId: as it is now.',
  })
  @Problems(...sendErrors, 'user.not_found', 'conversation.not_allowed')
  async sendDirect(
    @Caller() caller: Principal,
    @Body({ schema: sendDirectMessageSchema }) input: SendDirectMessage,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageResponse> {
    return answer(await this.sendMessage.to(caller, input, key), reply);
  }

  @Post('conversations/:id/messages')
  @CountedAs('sends')
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'sendMessage', summary: 'Send a message into a conversation' })
  @ApiCreatedResponse({ standardSchema: messageResponseSchema, description: 'It is stored.' })
  @ApiOkResponse({
    standardSchema: messageResponseSchema,
    description: 'It was stored before, under this clientId: as it is now.',
  })
  @Problems(...sendErrors, ...refusals, 'conversation.muted', 'conversation.not_allowed')
  async send(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: sendMessageSchema }) input: SendMessageInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageResponse> {
    return answer(await this.sendMessage.into(caller, id, input, key), reply);
  }

  @Get('conversations/:id/messages')
  @ApiOperation({
    operationId: 'listMessages',
    summary: 'A page of history',
    description: 'Ascending seq. Without a position: the newest page. Beyond either end the page is empty.',
  })
  @ApiOkResponse({
    standardSchema: messagePageSchema,
    description: 'Messages; deleted ones as tombstones. Page on by seq.',
  })
  @Problems(...refusals, 'request.invalid')
  list(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query({ schema: historyQuerySchema }) query: HistoryQuery,
  ): Promise<MessagePage> {
    return this.history.page(caller, id, query);
  }

  @Get('conversations/:id/messages/:seq')
  @ApiOperation({ operationId: 'getMessage', summary: 'One message' })
  @ApiOkResponse({ standardSchema: messageResponseSchema, description: 'As it is now.' })
  @Problems(...refusals, 'message.not_found')
  async get(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('seq') seq: string,
  ): Promise<MessageResponse> {
    return { message: await this.history.message(caller, id, seq) };
  }

  @Get('conversations/:id/changes')
  @ApiOperation({ operationId: 'listChanges', summary: 'What changed after a rev, in its present state' })
  @ApiOkResponse({
    standardSchema: changesSchema,
    description: 'Go on from its `rev` while there is `more`.',
  })
  @Problems(...refusals, 'request.invalid')
  changes(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query({ schema: changesQuerySchema }) query: ChangesQuery,
  ): Promise<Changes> {
    return this.history.changes(caller, id, query);
  }

  @Put('conversations/:id/read')
  @CountedAs('signals')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'markRead', summary: 'I have read all up to a seq' })
  @ApiNoContentResponse({
    description: 'It is noted. The mark never goes back, nor beyond the last message.',
  })
  @Problems(...withBody, ...refusals)
  markRead(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: markReadSchema }) { seq }: MarkRead,
  ): Promise<void> {
    return this.receipts.markRead(caller, id, seq);
  }
}

function answer({ message, isNew }: Sent, reply: FastifyReply): MessageResponse {
  void reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
  return { message };
}
