import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import {
  type DirectoryQuery,
  type UpdateMe,
  type UserPage,
  type UserResponse,
  directoryQuerySchema,
  updateMeSchema,
  userPageSchema,
  userResponseSchema,
} from './users.dto.js';
import { UpdateProfile } from './update-profile.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@Controller('v1/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly updateProfile: UpdateProfile,
  ) {}

  @Get('me')
  @ApiOperation({ operationId: 'getMe', summary: 'My profile' })
  @ApiOkResponse({ standardSchema: userResponseSchema, description: 'Me.' })
  @Problems()
  async getMe(@Caller() caller: Principal): Promise<UserResponse> {
    return { user: await this.users.get(caller, caller.userId) };
  }

  @Patch('me')
  @ApiOperation({ operationId: 'updateMe', summary: 'Change my profile' })
  @ApiOkResponse({ standardSchema: userResponseSchema, description: 'Me, as I am now.' })
  @Problems(...withBody, 'word_filter.refused')
  async updateMe(
    @Caller() caller: Principal,
    @Body({ schema: updateMeSchema }) change: UpdateMe,
  ): Promise<UserResponse> {
    return { user: await this.updateProfile.to(caller, change) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'One user' })
  @ApiOkResponse({ standardSchema: userResponseSchema, description: 'The user.' })
  @Problems('user.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<UserResponse> {
    return { user: await this.users.get(caller, id) };
  }

  @Get()
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'The directory, by username',
    description: 'Guests see only themselves and whom they share a conversation with.',
  })
  @ApiOkResponse({ standardSchema: userPageSchema, description: 'Users, in the order of their usernames.' })
  @Problems('request.invalid', 'auth.not_allowed')
  list(
    @Caller() caller: Principal,
    @Query({ schema: directoryQuerySchema }) query: DirectoryQuery,
  ): Promise<UserPage> {
    return this.users.list(caller, query);
  }
}
