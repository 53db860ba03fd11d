import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { MessageReceipts } from './message-receipts.js';
import { type MessageReceiptPage, messageReceiptPageSchema } from './receipts.dto.js';

@ApiTags('messages')
@Controller('v1/conversations/:id/messages/:seq/receipts')
export class ReceiptsController {
  constructor(private readonly receipts: MessageReceipts) {}

  @Get()
  @ApiOperation({ operationId: 'listReceipts', summary: 'To whom a message has come, and who has read it' })
  @ApiOkResponse({
    standardSchema: messageReceiptPageSchema,
    description: 'One a member, in the order of their ids; without the sender and those who joined later.',
  })
  @Problems('conversation.not_found', 'conversation.not_member', 'message.not_found', 'request.invalid')
  list(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('seq') seq: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<MessageReceiptPage> {
    return this.receipts.of(caller, id, seq, query);
  }
}
