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
import { Roles } from '../../platform/http/principal.js';
import { Problems, withBody, withStoredKey } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import {
  type AddGroupMembers,
  type CreateUserGroup,
  type GroupMemberPage,
  type UserGroupPage,
  type UserGroupResponse,
  addGroupMembersSchema,
  createUserGroupSchema,
  groupMemberPageSchema,
  userGroupPageSchema,
  userGroupResponseSchema,
} from './user-groups.dto.js';
import { UserGroupsService } from './user-groups.service.js';

const refusals = ['auth.not_allowed', 'user_group.not_found'] as const;

@ApiTags('admin')
@Roles('admin', 'service')
@Controller('v1/user-groups')
export class UserGroupsController {
  constructor(private readonly groups: UserGroupsService) {}

  @Get()
  @ApiOperation({ operationId: 'listUserGroups', summary: 'All groups of users' })
  @ApiOkResponse({ standardSchema: userGroupPageSchema, description: 'Oldest first.' })
  @Problems('request.invalid', 'auth.not_allowed')
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<UserGroupPage> {
    return this.groups.list(query);
  }

  @Post()
  @Idempotent()
  @ApiOperation({ operationId: 'createUserGroup', summary: 'Make a group of users' })
  @ApiCreatedResponse({ standardSchema: userGroupResponseSchema, description: 'Nobody is in it yet.' })
  @Problems(...withBody, ...withStoredKey, 'auth.not_allowed', 'user_group.too_many')
  async create(@Body({ schema: createUserGroupSchema }) input: CreateUserGroup): Promise<UserGroupResponse> {
    return { userGroup: await this.groups.create(input) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUserGroup', summary: 'One group of users' })
  @ApiOkResponse({ standardSchema: userGroupResponseSchema, description: 'As it is now.' })
  @Problems(...refusals)
  async get(@Param('id') id: string): Promise<UserGroupResponse> {
    return { userGroup: await this.groups.get(id) };
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'renameUserGroup', summary: 'Rename a group of users' })
  @ApiOkResponse({ standardSchema: userGroupResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals)
  async rename(
    @Param('id') id: string,
    @Body({ schema: createUserGroupSchema }) input: CreateUserGroup,
  ): Promise<UserGroupResponse> {
    return { userGroup: await this.groups.rename(id, input) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'removeUserGroup',
    summary: 'Remove a group of users',
    description: 'Audiences that name it go on with nobody in it.',
  })
  @ApiNoContentResponse({ description: 'It is no more.' })
  @Problems(...refusals)
  remove(@Param('id') id: string): Promise<void> {
    return this.groups.remove(id);
  }

  @Get(':id/members')
  @ApiOperation({ operationId: 'listUserGroupMembers', summary: 'Who is in a group of users' })
  @ApiOkResponse({ standardSchema: groupMemberPageSchema, description: 'In the order of their ids.' })
  @Problems('request.invalid', ...refusals)
  members(
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<GroupMemberPage> {
    return this.groups.members(id, query);
  }

  @Post(':id/members')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'addUserGroupMembers', summary: 'Put users into a group' })
  @ApiNoContentResponse({ description: 'They are in it; who was before has been since then.' })
  @Problems(...withBody, ...refusals, 'user.not_found')
  add(
    @Param('id') id: string,
    @Body({ schema: addGroupMembersSchema }) input: AddGroupMembers,
  ): Promise<void> {
    return this.groups.addMembers(id, input);
  }

  @Delete(':id/members/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeUserGroupMember', summary: 'Take a user out of a group' })
  @ApiNoContentResponse({ description: 'They are not in it.' })
  @Problems(...refusals, 'user.not_found')
  removeMember(@Param('id') id: string, @Param('userId') userId: string): Promise<void> {
    return this.groups.removeMember(id, userId);
  }
}
