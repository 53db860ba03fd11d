import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/http/principal.js';
import { Problems, withBody } from '../../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import {
  type DraftPage,
  type DraftResponse,
  type SaveDraft,
  draftPageSchema,
  draftResponseSchema,
  saveDraftSchema,
} from './drafts.dto.js';
import { DraftsService } from './drafts.service.js';

const refusals = ['conversation.not_found', 'conversation.not_member'] as const;

@ApiTags('messages')
@Controller('v1')
export class DraftsController {
  constructor(private readonly drafts: DraftsService) {}

  @Get('drafts')
  @ApiOperation({ operationId: 'listDrafts', summary: 'What I have begun to write' })
  @ApiOkResponse({ standardSchema: draftPageSchema, description: 'One a conversation, newest first.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<DraftPage> {
    return this.drafts.list(caller, query);
  }

  @Get('conversations/:id/draft')
  @ApiOperation({ operationId: 'getDraft', summary: 'What I have begun to write in a conversation' })
  @ApiOkResponse({ standardSchema: draftResponseSchema, description: 'As it was saved last.' })
  @Problems(...refusals, 'draft.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<DraftResponse> {
    return { draft: await this.drafts.get(caller, id) };
  }

  @Put('conversations/:id/draft')
  @ApiOperation({ operationId: 'saveDraft', summary: 'Save what I have begun to write' })
  @ApiOkResponse({ standardSchema: draftResponseSchema, description: 'It is saved.' })
  @Problems(...withBody, ...refusals, 'message.too_long')
  async save(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: saveDraftSchema }) input: SaveDraft,
  ): Promise<DraftResponse> {
    return { draft: await this.drafts.save(caller, id, input) };
  }

  @Delete('conversations/:id/draft')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeDraft', summary: 'Forget what I have begun to write' })
  @ApiNoContentResponse({ description: 'There is none.' })
  @Problems(...refusals)
  remove(@Caller() caller: Principal, @Param('id') id: string): Promise<void> {
    return this.drafts.remove(caller, id);
  }
}
