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
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems, withBody, withKey } from '../../platform/http/problems.js';
import { Idempotent, IdempotencyKey } from '../../platform/idempotency/idempotent.js';
import { CountedAs } from '../../platform/rate-limits/counted-as.js';
import {
  type RescheduleMessage,
  type ScheduleMessage,
  type ScheduledMessagePage,
  type ScheduledMessageResponse,
  type ScheduledMessagesQuery,
  rescheduleMessageSchema,
  scheduleMessageSchema,
  scheduledMessagePageSchema,
  scheduledMessageResponseSchema,
  scheduledMessagesQuerySchema,
} from './scheduled-messages.dto.js';
import { ScheduledMessagesService } from './scheduled-messages.service.js';

const contentErrors = [
  'message.too_long',
  'message.metadata_too_large',
  'word_filter.refused',
  'file.not_found',
] as const;

@ApiTags('messages')
@Controller('v1/scheduled-messages')
export class ScheduledMessagesController {
  constructor(private readonly scheduled: ScheduledMessagesService) {}

  @Post()
  @CountedAs('sends')
  @Idempotent({ replay: 'execute' })
  @ApiOperation({ operationId: 'scheduleMessage', summary: 'Send a message later' })
  @ApiCreatedResponse({ standardSchema: scheduledMessageResponseSchema, description: 'It waits.' })
  @Problems(
    ...withBody,
    ...withKey,
    ...contentErrors,
    'conversation.not_found',
    'conversation.not_member',
    'scheduled_message.too_many',
  )
  async create(
    @Caller() caller: Principal,
    @Body({ schema: scheduleMessageSchema }) input: ScheduleMessage,
    @IdempotencyKey() key: string | undefined,
  ): Promise<ScheduledMessageResponse> {
    return { scheduledMessage: await this.scheduled.create(caller, input, key) };
  }

  @Get()
  @ApiOperation({ operationId: 'listScheduledMessages', summary: 'My messages for later' })
  @ApiOkResponse({
    standardSchema: scheduledMessagePageSchema,
    description: 'Those that wait, are being sent or were refused, soonest first.',
  })
  @Problems('request.invalid', 'conversation.not_found')
  list(
    @Caller() caller: Principal,
    @Query({ schema: scheduledMessagesQuerySchema }) query: ScheduledMessagesQuery,
  ): Promise<ScheduledMessagePage> {
    return this.scheduled.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getScheduledMessage', summary: 'One of my messages for later' })
  @ApiOkResponse({
    standardSchema: scheduledMessageResponseSchema,
    description: 'As it is now; for a day also after it was sent or cancelled.',
  })
  @Problems('scheduled_message.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<ScheduledMessageResponse> {
    return { scheduledMessage: await this.scheduled.get(caller, id) };
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'rescheduleMessage', summary: 'Change a message for later, or its time' })
  @ApiOkResponse({
    standardSchema: scheduledMessageResponseSchema,
    description: 'It waits; also if it was refused before.',
  })
  @Problems(...withBody, ...contentErrors, 'scheduled_message.not_found', 'scheduled_message.not_pending')
  async change(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: rescheduleMessageSchema }) change: RescheduleMessage,
  ): Promise<ScheduledMessageResponse> {
    return { scheduledMessage: await this.scheduled.change(caller, id, change) };
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'cancelScheduledMessage', summary: 'Cancel a message for later' })
  @ApiNoContentResponse({ description: 'It will not be sent.' })
  @Problems('scheduled_message.not_found', 'scheduled_message.not_pending')
  cancel(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.scheduled.cancel(caller, id);
  }
}
