import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../platform/http/principal.js';
import { PublicProblems } from '../platform/http/problems.js';
import { Documents } from './documents.js';

const documentSchema = z.looseObject({ info: z.looseObject({ title: z.string(), version: z.string() }) });

@ApiTags('operations')
@Public()
@Controller()
export class DocumentsController {
  constructor(private readonly documents: Documents) {}

  @Get('openapi.json')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getOpenApi', summary: 'This document: all REST routes, as OpenAPI 3.1' })
  @ApiOkResponse({
    standardSchema: documentSchema.extend({ openapi: z.string().meta({ examples: ['3.1.0'] }) }),
    description: 'The document.',
  })
  @PublicProblems()
  openApi(): string {
    return this.documents.openApi;
  }

  @Get('asyncapi.json')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getAsyncApi', summary: 'All events and commands, as AsyncAPI 3.0' })
  @ApiOkResponse({
    standardSchema: documentSchema.extend({ asyncapi: z.string().meta({ examples: ['3.0.0'] }) }),
    description: 'The document.',
  })
  @PublicProblems()
  asyncApi(): string {
    return this.documents.asyncApi;
  }
}
