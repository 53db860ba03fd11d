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
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody, withKey } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { Idempotent } from '../platform/idempotency/idempotent.js';
import { ChangeMembers } from './change-members.js';
import {
  type AddMembers,
  type ChangeMember,
  type MemberPage,
  type MemberResponse,
  addMembersSchema,
  changeMemberSchema,
  memberPageSchema,
  memberResponseSchema,
} from './members.dto.js';
import { Memberships } from './memberships.js';

const refusals = ['conversation.not_found', 'conversation.not_member', 'conversation.not_allowed'] as const;

@ApiTags('conversations')
@Controller('v1/conversations/:id/members')
export class MembersController {
  constructor(
    private readonly memberships: Memberships,
    private readonly changeMembers: ChangeMembers,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listMembers', summary: 'Who is in it' })
  @ApiOkResponse({
    standardSchema: memberPageSchema,
    description: 'The present members, in the order of their ids.',
  })
  @Problems('conversation.not_found', 'conversation.not_member', 'request.invalid')
  list(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<MemberPage> {
    return this.memberships.list(caller, id, query);
  }

  @Post()
  @Idempotent()
  @ApiOperation({ operationId: 'addMembers', summary: 'Add users to a group or a channel' })
  @ApiCreatedResponse({ standardSchema: memberPageSchema, description: 'All of those named, as members.' })
  @Problems(
    ...withBody,
    ...withKey,
    ...refusals,
    'user.not_found',
    'conversation.banned',
    'conversation.too_many_members',
  )
  async add(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: addMembersSchema }) { userIds }: AddMembers,
  ): Promise<MemberPage> {
    return { items: await this.changeMembers.add(caller, id, userIds), nextCursor: null };
  }

  @Patch(':userId')
  @ApiOperation({ operationId: 'changeMember', summary: 'Give a member another role' })
  @ApiOkResponse({ standardSchema: memberResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals, 'member.not_found', 'conversation.last_owner')
  async change(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Body({ schema: changeMemberSchema }) { role }: ChangeMember,
  ): Promise<MemberResponse> {
    return { member: await this.changeMembers.setRole(caller, id, userId, role) };
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeMember', summary: 'Remove a member; oneself: leave' })
  @ApiNoContentResponse({ description: 'They are out, and nothing of it comes to them later.' })
  @Problems(...refusals, 'member.not_found', 'conversation.last_owner')
  remove(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    return this.changeMembers.remove(caller, id, userId);
  }
}
