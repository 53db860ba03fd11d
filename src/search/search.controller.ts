import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems } from '../platform/http/problems.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import { type SearchInput, type SearchPage, searchPageSchema, searchQuerySchema } from './search.dto.js';
import { SearchService } from './search.service.js';

@ApiTags('search')
@Controller('v1/search')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get('messages')
  @CountedAs('searches')
  @ApiOperation({
    operationId: 'searchMessages',
    summary: 'Messages that I may read and that hold all words',
  })
  @ApiOkResponse({
    standardSchema: searchPageSchema,
    description: 'A page may be short, or empty, and not the last: go on while there is a nextCursor.',
  })
  @Problems('request.invalid', 'conversation.not_found', 'conversation.not_member')
  messages(
    @Caller() caller: Principal,
    @Query({ schema: searchQuerySchema }) query: SearchInput,
  ): Promise<SearchPage> {
    return this.search.search(caller, query);
  }
}
