import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
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
import { Idempotent } from '../platform/idempotency/idempotent.js';
import {
  type AddFilterWords,
  type FilterWordPage,
  addFilterWordsSchema,
  filterWordPageSchema,
} from './filter-words.dto.js';
import { FilterWords } from './filter-words.service.js';

@ApiTags('admin')
@Roles('admin')
@Controller('v1/filter-words')
export class FilterWordsController {
  constructor(private readonly words: FilterWords) {}

  @Get()
  @ApiOperation({ operationId: 'listFilterWords', summary: 'The words that the filter refuses or masks' })
  @ApiOkResponse({ standardSchema: filterWordPageSchema, description: 'Oldest first.' })
  @Problems('auth.not_allowed', 'request.invalid')
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<FilterWordPage> {
    return this.words.list(query);
  }

  @Post()
  @Idempotent({ replay: 'execute' })
  @ApiOperation({
    operationId: 'addFilterWords',
    summary: 'Refuse or mask words',
    description: 'From then on, in messages and in names; on every node within a few seconds.',
  })
  @ApiCreatedResponse({ standardSchema: filterWordPageSchema, description: 'All of those named.' })
  @Problems(...withBody, ...withKey, 'auth.not_allowed', 'filter_word.too_many')
  add(
    @Caller() caller: Principal,
    @Body({ schema: addFilterWordsSchema }) input: AddFilterWords,
  ): Promise<FilterWordPage> {
    return this.words.add(caller, input);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeFilterWord', summary: 'Allow a word again' })
  @ApiNoContentResponse({ description: 'It is allowed.' })
  @Problems('auth.not_allowed', 'filter_word.not_found')
  remove(@Param('id') id: string): Promise<void> {
    return this.words.remove(id);
  }
}
