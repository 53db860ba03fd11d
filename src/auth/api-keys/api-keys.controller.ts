import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../../platform/http/principal.js';
import { Problems, withBody, withStoredKey } from '../../platform/http/problems.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/schemas.js';
import {
  type ApiKeyPage,
  type CreateApiKey,
  type NewApiKey,
  apiKeyPageSchema,
  createApiKeySchema,
  newApiKeySchema,
} from './api-keys.dto.js';
import { ApiKeys } from './api-keys.service.js';

@ApiTags('admin')
@Roles('admin')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @Idempotent()
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make a key for a service; it is shown this once' })
  @ApiCreatedResponse({ standardSchema: newApiKeySchema, description: 'The key.' })
  @Problems(...withBody, 'auth.not_allowed', 'user.username_taken', 'user.disabled', ...withStoredKey)
  create(
    @Caller() caller: Principal,
    @Body({ schema: createApiKeySchema }) body: CreateApiKey,
  ): Promise<NewApiKey> {
    return this.keys.create(caller, body);
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'All live keys, newest first, without their secrets' })
  @ApiOkResponse({ standardSchema: apiKeyPageSchema, description: 'Keys.' })
  @Problems('request.invalid', 'auth.not_allowed')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<ApiKeyPage> {
    return this.keys.list(caller, query);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokeApiKey',
    summary: 'End a key',
    description: 'Its open connections close within a second on every node. Repeated, it changes nothing.',
  })
  @ApiNoContentResponse({ description: 'It has ended.' })
  @Problems('auth.not_allowed', 'api_key.not_found')
  revoke(@Param('id') id: string): Promise<void> {
    return this.keys.revoke(id);
  }
}
