import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { type MessagePage, messagePageSchema } from '../messages.dto.js';
import { type ThreadPage, threadPageSchema } from './threads.dto.js';
import { Threads } from './threads.service.js';

const missing = ['conversation.not_found', 'conversation.not_member', 'message.not_found'] as const;

@ApiTags('messages')
@Controller('v1')
export class ThreadsController {
  constructor(private readonly threads: Threads) {}

  @Get('threads')
  @ApiOperation({ operationId: 'listThreads', summary: 'Threads that I follow' })
  @ApiOkResponse({ standardSchema: threadPageSchema, description: 'Newest reply first.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<ThreadPage> {
    return this.threads.followed(caller, query);
  }

  @Get('conversations/:id/messages/:seq/thread')
  @ApiOperation({ operationId: 'listReplies', summary: 'The replies in a message’s thread' })
  @ApiOkResponse({
    standardSchema: messagePageSchema,
    description: 'Ascending seq; deleted ones as tombstones.',
  })
  @Problems(...missing, 'request.invalid')
  replies(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<MessagePage> {
    return this.threads.replies(caller, conversationId, seq, query);
  }

  @Put('conversations/:id/messages/:seq/thread/follow')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'followThread',
    summary: 'Follow a thread',
    description: 'Its author, and whoever replies, follows by themselves.',
  })
  @ApiNoContentResponse({ description: 'It is among my threads.' })
  @Problems(...missing)
  follow(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.threads.follow(caller, conversationId, seq);
  }

  @Delete('conversations/:id/messages/:seq/thread/follow')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'unfollowThread', summary: 'Follow a thread no more' })
  @ApiNoContentResponse({ description: 'It is not among my threads, until I reply in it again.' })
  @Problems(...missing)
  unfollow(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.threads.unfollow(caller, conversationId, seq);
  }
}
