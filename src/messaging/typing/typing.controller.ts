import { Controller, Delete, HttpCode, HttpStatus, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems } from '../../platform/http/problems.js';
import { CountedAs } from '../../platform/rate-limits/counted-as.js';
import { TypingService } from './typing.service.js';

const refusals = ['conversation.not_found', 'conversation.not_member'] as const;

@ApiTags('messages')
@Controller('v1/conversations/:id/typing')
export class TypingController {
  constructor(private readonly typing: TypingService) {}

  @Put()
  @CountedAs('signals')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'startTyping',
    summary: 'I type',
    description: 'The other members are told. It ends by itself 5 s after the last call.',
  })
  @ApiNoContentResponse({ description: 'Repeat it every 3 s while it lasts.' })
  @Problems(...refusals)
  start(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.typing.start(caller, id);
  }

  @Delete()
  @CountedAs('signals')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'stopTyping', summary: 'I have stopped typing' })
  @ApiNoContentResponse({ description: 'Sending a message ends it too.' })
  @Problems(...refusals)
  stop(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.typing.stop(caller, id);
  }
}
