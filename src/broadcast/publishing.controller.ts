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
import { Caller, type Principal, Roles } from '../platform/http/principal.js';
import { Problems, withBody, withKey } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { Idempotent, IdempotencyKey } from '../platform/idempotency/idempotent.js';
import { Audiences } from './audiences.js';
import {
  type ActionPage,
  type BroadcastResponse,
  type BroadcastStats,
  type ChangeBroadcast as ChangeBroadcastInput,
  type CreateBroadcast as CreateBroadcastInput,
  type PreviewBroadcast,
  type ProgressPage,
  type ProgressQuery,
  actionPageSchema,
  broadcastResponseSchema,
  changeBroadcastSchema,
  createBroadcastSchema,
  previewBroadcastSchema,
  previewSchema,
  progressPageSchema,
  progressQuerySchema,
  statsSchema,
} from './broadcasts.dto.js';
import { BroadcastsService } from './broadcasts.service.js';
import { ChangeBroadcast } from './change-broadcast.js';
import { CreateBroadcast } from './create-broadcast.js';
import { Statistics } from './statistics.js';

const audienceErrors = [
  'auth.not_allowed',
  'user.not_found',
  'user_group.not_found',
  'conversation.not_found',
] as const;

/** What admins and services may do. */
@ApiTags('broadcasts')
@Roles('admin', 'service')
@Controller('v1/broadcasts')
export class PublishingController {
  constructor(
    private readonly creation: CreateBroadcast,
    private readonly changes: ChangeBroadcast,
    private readonly broadcasts: BroadcastsService,
    private readonly audiences: Audiences,
    private readonly statistics: Statistics,
  ) {}

  @Post()
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'createBroadcast', summary: 'Announce something, now or later' })
  @ApiCreatedResponse({ standardSchema: broadcastResponseSchema, description: 'It is on its way, or waits.' })
  @Problems(
    ...withBody,
    ...withKey,
    ...audienceErrors,
    'file.not_found',
    'broadcast.too_long',
    'broadcast.too_many',
  )
  async create(
    @Caller() caller: Principal,
    @Body({ schema: createBroadcastSchema }) input: CreateBroadcastInput,
    @IdempotencyKey() key: string | undefined,
  ): Promise<BroadcastResponse> {
    return { broadcast: await this.creation.by(caller, input, key) };
  }

  @Post('preview')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'previewBroadcast', summary: 'How many an audience is now' })
  @ApiOkResponse({ standardSchema: previewSchema, description: 'Nothing is sent.' })
  @Problems(...withBody, ...audienceErrors)
  async preview(
    @Body({ schema: previewBroadcastSchema }) { audience }: PreviewBroadcast,
  ): Promise<{ count: number }> {
    return { count: await this.audiences.preview(audience) };
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'changeBroadcast', summary: 'Change it, also for those who have it' })
  @ApiOkResponse({ standardSchema: broadcastResponseSchema, description: 'As it is now.' })
  @Problems(
    ...withBody,
    ...audienceErrors,
    'file.not_found',
    'broadcast.not_found',
    'broadcast.too_long',
    'broadcast.published',
    'broadcast.recalled',
  )
  async change(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: changeBroadcastSchema }) input: ChangeBroadcastInput,
  ): Promise<BroadcastResponse> {
    return { broadcast: await this.changes.to(caller, id, input) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'recallBroadcast', summary: 'Recall it, or cancel it before it starts' })
  @ApiNoContentResponse({ description: 'Nobody gets it any more, and those who have it are told.' })
  @Problems('auth.not_allowed', 'broadcast.not_found')
  recall(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.changes.recall(caller, id);
  }

  @Get(':id/stats')
  @ApiOperation({ operationId: 'getBroadcastStats', summary: 'How many it is for, and how many have it' })
  @ApiOkResponse({ standardSchema: statsSchema, description: 'As of now.' })
  @Problems('auth.not_allowed', 'broadcast.not_found')
  stats(@Param('id') id: string): Promise<BroadcastStats> {
    return this.statistics.of(id);
  }

  @Get(':id/stats/timeline')
  @ApiOperation({
    operationId: 'getBroadcastTimeline',
    summary: 'When they got it, and when they acknowledged it',
  })
  @ApiOkResponse({
    standardSchema: progressPageSchema,
    description: 'Oldest first; steps in which nothing happened are absent. All together are the statistics.',
  })
  @Problems('request.invalid', 'auth.not_allowed', 'broadcast.not_found')
  timeline(
    @Param('id') id: string,
    @Query({ schema: progressQuerySchema }) query: ProgressQuery,
  ): Promise<ProgressPage> {
    return this.statistics.overTime(id, query);
  }

  @Get(':id/actions')
  @ApiOperation({ operationId: 'listBroadcastActions', summary: 'What was done about it' })
  @ApiOkResponse({ standardSchema: actionPageSchema, description: 'Newest first.' })
  @Problems('request.invalid', 'auth.not_allowed', 'broadcast.not_found')
  listActions(
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<ActionPage> {
    return this.broadcasts.listActions(id, query);
  }
}
