import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Put,
  Query,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import { DeleteMessage } from './delete-message.js';
import { EditMessage } from './edit-message.js';
import { History } from './history.js';
import {
  type EditMessage as EditMessageInput,
  type EditPage,
  type MessagePage,
  type MessageResponse,
  editMessageSchema,
  editPageSchema,
  messagePageSchema,
  messageResponseSchema,
} from './messages.dto.js';
import { PinMessage } from './pin-message.js';
import { React } from './react.js';

const muted = 'conversation.muted';
const missing = ['conversation.not_found', 'conversation.not_member', 'message.not_found'] as const;

@ApiTags('messages')
@Controller('v1/conversations/:id')
export class MessageChangesController {
  constructor(
    private readonly editMessage: EditMessage,
    private readonly deleteMessage: DeleteMessage,
    private readonly react: React,
    private readonly pinMessage: PinMessage,
    private readonly history: History,
  ) {}

  @Patch('messages/:seq')
  @ApiOperation({ operationId: 'editMessage', summary: 'Change the text of a message of mine' })
  @ApiOkResponse({ standardSchema: messageResponseSchema, description: 'As it is now.' })
  @Problems(
    ...withBody,
    ...missing,
    muted,
    'conversation.not_allowed',
    'message.too_long',
    'message.not_allowed',
    'message.deleted',
    'word_filter.refused',
    'member.not_found',
  )
  async edit(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
    @Body({ schema: editMessageSchema }) input: EditMessageInput,
  ): Promise<MessageResponse> {
    return { message: await this.editMessage.to({ caller, conversationId, seq }, input) };
  }

  @Delete('messages/:seq')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteMessage', summary: 'Delete a message: a tombstone stays' })
  @ApiNoContentResponse({ description: 'It is deleted; so it is when it was before.' })
  @Problems(...missing, 'message.not_allowed')
  delete(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.deleteMessage.of({ caller, conversationId, seq });
  }

  @Get('messages/:seq/edits')
  @ApiOperation({ operationId: 'listEdits', summary: 'What a message said before' })
  @ApiOkResponse({ standardSchema: editPageSchema, description: 'Former texts, oldest first.' })
  @Problems(...missing)
  edits(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<EditPage> {
    return this.history.edits(caller, conversationId, seq);
  }

  @Put('messages/:seq/reactions/:emoji')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'addReaction', summary: 'React with an emoji' })
  @ApiNoContentResponse({ description: 'The reaction is there.' })
  @Problems('request.invalid', ...missing, muted, 'conversation.not_allowed', 'message.deleted')
  addReaction(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
    @Param('emoji') emoji: string,
  ): Promise<void> {
    return this.react.add({ caller, conversationId, seq }, emoji);
  }

  @Delete('messages/:seq/reactions/:emoji')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeReaction', summary: 'Take a reaction of mine away' })
  @ApiNoContentResponse({ description: 'The reaction is not there.' })
  @Problems(...missing, 'conversation.not_allowed')
  removeReaction(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
    @Param('emoji') emoji: string,
  ): Promise<void> {
    return this.react.remove({ caller, conversationId, seq }, emoji);
  }

  @Put('messages/:seq/pin')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'pinMessage', summary: 'Pin a message' })
  @ApiNoContentResponse({ description: 'It is pinned.' })
  @Problems(...missing, muted, 'conversation.not_allowed', 'message.deleted')
  pin(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.pinMessage.pin({ caller, conversationId, seq });
  }

  @Delete('messages/:seq/pin')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'unpinMessage', summary: 'Unpin a message' })
  @ApiNoContentResponse({ description: 'It is not pinned.' })
  @Problems(...missing, muted, 'conversation.not_allowed')
  unpin(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Param('seq') seq: string,
  ): Promise<void> {
    return this.pinMessage.unpin({ caller, conversationId, seq });
  }

  @Get('pins')
  @ApiOperation({ operationId: 'listPins', summary: 'Pinned messages' })
  @ApiOkResponse({ standardSchema: messagePageSchema, description: 'Newest message first.' })
  @Problems('conversation.not_found', 'conversation.not_member', 'request.invalid')
  pins(
    @Caller() caller: Principal,
    @Param('id') conversationId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<MessagePage> {
    return this.history.pins(caller, conversationId, query);
  }
}
