import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { type MemberResponse, memberResponseSchema } from './members.dto.js';
import {
  type BanInput,
  type BanPage,
  type BanResponse,
  type Mute,
  banInputSchema,
  banPageSchema,
  banResponseSchema,
  muteSchema,
} from './sanctions.dto.js';
import { Sanctions } from './sanctions.js';

const refusals = ['conversation.not_found', 'conversation.not_member', 'conversation.not_allowed'] as const;

@ApiTags('conversations')
@Controller('v1/conversations/:id')
export class SanctionsController {
  constructor(private readonly sanctions: Sanctions) {}

  @Put('members/:userId/mute')
  @ApiOperation({
    operationId: 'muteMember',
    summary: 'Mute a member for a time',
    description:
      'For owners and admins, as for removing. Muted members read; they neither send, edit, react nor pin.',
  })
  @ApiOkResponse({ standardSchema: memberResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals, 'member.not_found')
  async mute(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
    @Body({ schema: muteSchema }) { until }: Mute,
  ): Promise<MemberResponse> {
    return { member: await this.sanctions.mute({ caller, conversationId, userId }, until) };
  }

  @Delete('members/:userId/mute')
  @ApiOperation({ operationId: 'unmuteMember', summary: 'Let a muted member be heard again' })
  @ApiOkResponse({ standardSchema: memberResponseSchema, description: 'As it is now.' })
  @Problems(...refusals, 'member.not_found')
  async unmute(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
  ): Promise<MemberResponse> {
    return { member: await this.sanctions.mute({ caller, conversationId, userId }, null) };
  }

  @Get('bans')
  @ApiOperation({ operationId: 'listBans', summary: 'Who is banned' })
  @ApiOkResponse({ standardSchema: banPageSchema, description: 'Bans that have not ended, by user id.' })
  @Problems(...refusals, 'request.invalid')
  list(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<BanPage> {
    return this.sanctions.list({ caller, conversationId, isModerator: false }, query);
  }

  @Put('bans/:userId')
  @ApiOperation({
    operationId: 'banUser',
    summary: 'Ban a user for a time',
    description: 'A member is removed. Until then, nobody adds them, and they don’t join.',
  })
  @ApiOkResponse({ standardSchema: banResponseSchema, description: 'The ban.' })
  @Problems(...withBody, ...refusals, 'user.not_found')
  async ban(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
    @Body({ schema: banInputSchema }) input: BanInput,
  ): Promise<BanResponse> {
    return { ban: await this.sanctions.ban({ caller, conversationId, userId }, input) };
  }

  @Delete('bans/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'liftBan', summary: 'Lift a ban' })
  @ApiNoContentResponse({ description: 'They may come in again.' })
  @Problems(...refusals, 'user.not_found')
  lift(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    return this.sanctions.lift({ caller, conversationId, userId });
  }
}
