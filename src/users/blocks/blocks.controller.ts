import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import { BlockUser } from './block-user.js';
import { type BlockPage, blockPageSchema } from './blocks.dto.js';
import { BlocksService } from './blocks.service.js';

@ApiTags('contacts')
@Controller('v1/blocks')
export class BlocksController {
  constructor(
    private readonly blocks: BlocksService,
    private readonly blockUser: BlockUser,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listBlocks', summary: 'Whom I have blocked' })
  @ApiOkResponse({ standardSchema: blockPageSchema, description: 'In the order of their ids.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<BlockPage> {
    return this.blocks.list(caller, query);
  }

  @Put(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'blockUser',
    summary: 'Block a user',
    description: 'Ends direct messages, presence and typing both ways. The other one is not told.',
  })
  @ApiNoContentResponse({ description: 'Nothing more passes between us.' })
  @Problems('request.invalid', 'user.not_found', 'service.outcome_unknown')
  async block(@Caller() caller: Principal, @Param('userId') userId: string): Promise<void> {
    await this.blockUser.block(caller, userId);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'unblockUser', summary: 'Let a user in again' })
  @ApiNoContentResponse({ description: 'They are not blocked.' })
  @Problems('user.not_found', 'service.outcome_unknown')
  async unblock(@Caller() caller: Principal, @Param('userId') userId: string): Promise<void> {
    await this.blockUser.unblock(caller, userId);
  }
}
