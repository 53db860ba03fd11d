import { Body, Controller, Delete, HttpCode, HttpStatus, Param, Patch, Post, Put } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../../platform/http/principal.js';
import { Problems, withBody, withStoredKey } from '../../platform/http/problems.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { type CreateTeam, type TeamResponse, createTeamSchema, teamResponseSchema } from './teams.dto.js';
import { TeamsService } from './teams.service.js';

const refusals = ['auth.not_allowed', 'support_team.not_found'] as const;

@ApiTags('admin')
@Roles('admin')
@Controller('v1/support/teams')
export class TeamsAdminController {
  constructor(private readonly teams: TeamsService) {}

  @Post()
  @Idempotent()
  @ApiOperation({ operationId: 'createSupportTeam', summary: 'Make a support team' })
  @ApiCreatedResponse({ standardSchema: teamResponseSchema, description: 'It has no agents yet.' })
  @Problems(...withBody, ...withStoredKey, 'auth.not_allowed', 'support_team.too_many')
  async create(@Body({ schema: createTeamSchema }) input: CreateTeam): Promise<TeamResponse> {
    return { supportTeam: await this.teams.create(input) };
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'renameSupportTeam', summary: 'Rename a support team' })
  @ApiOkResponse({ standardSchema: teamResponseSchema, description: 'As it is now.' })
  @Problems(...withBody, ...refusals)
  async rename(
    @Param('id') id: string,
    @Body({ schema: createTeamSchema }) input: CreateTeam,
  ): Promise<TeamResponse> {
    return { supportTeam: await this.teams.rename(id, input) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'closeSupportTeam', summary: 'Take no more requests for a team' })
  @ApiNoContentResponse({ description: 'Its agents go on with those that it has.' })
  @Problems(...refusals)
  close(@Param('id') id: string): Promise<void> {
    return this.teams.close(id);
  }

  @Put(':id/agents/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'addSupportAgent', summary: 'Make a user an agent of a team' })
  @ApiNoContentResponse({ description: 'They are one.' })
  @Problems(...refusals, 'user.not_found', 'support_team.too_many_agents')
  addAgent(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    return this.teams.addAgent(caller, id, userId);
  }

  @Delete(':id/agents/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'removeSupportAgent',
    summary: 'Take an agent out of a team',
    description: 'What they had goes back into the queue.',
  })
  @ApiNoContentResponse({ description: 'They are none.' })
  @Problems(...refusals, 'user.not_found')
  removeAgent(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    return this.teams.removeAgent(caller, id, userId);
  }
}
