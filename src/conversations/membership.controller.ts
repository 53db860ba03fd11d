import { Body, Controller, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { emptyBodySchema } from '../platform/http/schemas.js';
import {
  type ChannelQuery,
  type ConversationPage,
  type ConversationResponse,
  channelQuerySchema,
  conversationPageSchema,
  conversationResponseSchema,
} from './conversations.dto.js';
import { ConversationsService } from './conversations.service.js';
import { JoinAndLeave } from './join-and-leave.js';
import { type MemberSettings, memberSettingsSchema } from './members.dto.js';

const refusals = ['conversation.not_found', 'conversation.not_member'] as const;

/** What concerns the caller's own membership. */
@ApiTags('conversations')
@Controller('v1')
export class MembershipController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly joinAndLeave: JoinAndLeave,
  ) {}

  @Get('channels')
  @ApiOperation({
    operationId: 'listChannels',
    summary: 'The directory of channels',
    description: 'Guests find those that they are in.',
  })
  @ApiOkResponse({ standardSchema: conversationPageSchema, description: 'Channels, oldest first.' })
  @Problems('request.invalid')
  listChannels(
    @Caller() caller: Principal,
    @Query({ schema: channelQuerySchema }) query: ChannelQuery,
  ): Promise<ConversationPage> {
    return this.conversations.listChannels(caller, query);
  }

  @Post('conversations/:id/join')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'joinChannel', summary: 'Join a channel' })
  @ApiOkResponse({ standardSchema: conversationResponseSchema, description: 'I am in it.' })
  @Problems(
    ...withBody,
    'conversation.not_found',
    'conversation.not_allowed',
    'conversation.banned',
    'conversation.too_many_members',
  )
  async join(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<ConversationResponse> {
    await this.joinAndLeave.join(caller, id);
    return { conversation: await this.conversations.get(caller, id) };
  }

  @Post('conversations/:id/leave')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'leaveConversation', summary: 'Leave a group or a channel' })
  @ApiNoContentResponse({ description: 'I am out, and nothing of it comes later.' })
  @Problems(...withBody, ...refusals, 'conversation.not_allowed', 'conversation.last_owner')
  leave(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<void> {
    return this.joinAndLeave.leave(caller, id);
  }

  @Patch('conversations/:id/settings')
  @ApiOperation({ operationId: 'setConversation', summary: 'Mute, pin or archive it, for me alone' })
  @ApiOkResponse({ standardSchema: conversationResponseSchema, description: 'As I see it now.' })
  @Problems(...withBody, ...refusals)
  async set(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: memberSettingsSchema }) settings: MemberSettings,
  ): Promise<ConversationResponse> {
    return { conversation: await this.conversations.set(caller, id, settings) };
  }
}
