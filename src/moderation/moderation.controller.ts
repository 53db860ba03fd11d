import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type MemberResponse, memberResponseSchema } from '../conversations/members.dto.js';
import {
  type BanInput,
  type BanPage,
  type BanResponse,
  type Mute,
  banInputSchema,
  banPageSchema,
  banResponseSchema,
  muteSchema,
} from '../conversations/sanctions.dto.js';
import { Caller, type Principal, Roles } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { Moderate } from './moderate.js';

const refusals = ['auth.not_allowed', 'conversation.not_found'] as const;

/** What moderators do in conversations that they need not be in: each act is on record. */
@ApiTags('moderation')
@Roles('admin', 'moderator')
@Controller('v1/moderation/conversations/:id')
export class ModerationController {
  constructor(private readonly moderate: Moderate) {}

  @Delete('messages/:seq')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'moderateMessage', summary: 'Delete any message: a tombstone stays' })
  @ApiNoContentResponse({ description: 'It is deleted; so it is when it was before.' })
  @Problems(...refusals, 'message.not_found', 'message.not_allowed')
  deleteMessage(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.moderate.deleteMessage({ caller, conversationId, seq });
  }

  @Put('members/:userId/mute')
  @ApiOperation({ operationId: 'moderateMute', summary: 'Mute any member for a time' })
  @ApiOkResponse({ standardSchema: memberResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals, 'conversation.not_allowed', 'member.not_found')
  async mute(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
    @Body({ schema: muteSchema }) { until }: Mute,
  ): Promise<MemberResponse> {
    return { member: await this.moderate.mute({ caller, conversationId, userId }, until) };
  }

  @Delete('members/:userId/mute')
  @ApiOperation({ operationId: 'moderateUnmute', summary: 'Let a muted member be heard again' })
  @ApiOkResponse({ standardSchema: memberResponseSchema, description: 'As it is now.' })
  @Problems(...refusals, 'conversation.not_allowed', 'member.not_found')
  async unmute(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
  ): Promise<MemberResponse> {
    return { member: await this.moderate.mute({ caller, conversationId, userId }, null) };
  }

  @Get('bans')
  @ApiOperation({ operationId: 'moderateListBans', summary: 'Who is banned' })
  @ApiOkResponse({ standardSchema: banPageSchema, description: 'Bans that have not ended, by user id.' })
  @Problems(...refusals, 'request.invalid')
  bans(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<BanPage> {
    return this.moderate.bans({ caller, conversationId }, query);
  }

  @Put('bans/:userId')
  @ApiOperation({ operationId: 'moderateBan', summary: 'Ban any user for a time' })
  @ApiOkResponse({ standardSchema: banResponseSchema, description: 'The ban.' })
  @Problems(...withBody, ...refusals, 'conversation.not_allowed', 'conversation.last_owner', 'user.not_found')
  async ban(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
    @Body({ schema: banInputSchema }) input: BanInput,
  ): Promise<BanResponse> {
    return { ban: await this.moderate.ban({ caller, conversationId, userId }, input) };
  }

  @Delete('bans/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'moderateLiftBan', summary: 'Lift a ban' })
  @ApiNoContentResponse({ description: 'They may come in again.' })
  @Problems(...refusals, 'conversation.not_allowed', 'user.not_found')
  lift(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    return this.moderate.lift({ caller, conversationId, userId });
  }
}
