import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
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
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { Idempotent, IdempotencyKey } from '../platform/idempotency/idempotent.js';
import {
  type ConversationPage,
  type ConversationResponse,
  type CreateConversation as CreateConversationInput,
  type UpdateConversation as UpdateConversationInput,
  conversationPageSchema,
  conversationResponseSchema,
  createConversationSchema,
  updateConversationSchema,
} from './conversations.dto.js';
import { ConversationsService } from './conversations.service.js';
import { CreateConversation } from './create-conversation.js';
import { UpdateConversation } from './update-conversation.js';

const refusals = ['conversation.not_found', 'conversation.not_member', 'conversation.not_allowed'] as const;

@ApiTags('conversations')
@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly createConversation: CreateConversation,
    private readonly updateConversation: UpdateConversation,
  ) {}

  @Post()
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'createConversation', summary: 'Open a conversation' })
  @ApiCreatedResponse({ standardSchema: conversationResponseSchema, description: 'It was made.' })
  @ApiOkResponse({ standardSchema: conversationResponseSchema, description: 'The pair had one: this is it.' })
  @Problems(...withBody, ...withKey, 'user.not_found', 'conversation.not_allowed', 'word_filter.refused')
  async create(
    @Caller() caller: Principal,
    @Body({ schema: createConversationSchema }) input: CreateConversationInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationResponse> {
    const { conversationId, isNew } = await this.createConversation.of(caller, input, key);
    void reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { conversation: await this.conversations.get(caller, conversationId) };
  }

  @Get()
  @ApiOperation({ operationId: 'listConversations', summary: 'Mine, newest activity first' })
  @ApiOkResponse({ standardSchema: conversationPageSchema, description: 'A page of them.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<ConversationPage> {
    return this.conversations.list(caller.userId, query);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getConversation',
    summary: 'One conversation',
    description: 'A channel also for those who have not joined it, without what was said in it.',
  })
  @ApiOkResponse({ standardSchema: conversationResponseSchema, description: 'As I see it.' })
  @Problems('conversation.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<ConversationResponse> {
    return { conversation: await this.conversations.get(caller, id) };
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateConversation', summary: 'Rename a group or a channel, or set it up' })
  @ApiOkResponse({ standardSchema: conversationResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals, 'word_filter.refused')
  async update(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: updateConversationSchema }) input: UpdateConversationInput,
  ): Promise<ConversationResponse> {
    await this.updateConversation.to(caller, id, input);
    return { conversation: await this.conversations.get(caller, id) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteConversation', summary: 'End a group or a channel, for all in it' })
  @ApiNoContentResponse({ description: 'Nobody is in it any more, and nothing of it comes later.' })
  @Problems(...refusals)
  delete(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.updateConversation.delete(caller, id);
  }
}
