import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { type PageQuery, pageQuerySchema } from '../platform/http/schemas.js';
import {
  type ContactPage,
  type ContactRequestResponse,
  type ContactResponse,
  type PutContactInput,
  contactPageSchema,
  contactRequestResponseSchema,
  contactResponseSchema,
  putContactSchema,
} from './contacts.dto.js';
import { ContactsService } from './contacts.service.js';

@ApiTags('contacts')
@Controller('v1/contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Get()
  @ApiOperation({ operationId: 'listContacts', summary: 'My contacts' })
  @ApiOkResponse({ standardSchema: contactPageSchema, description: 'In the order of their ids.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<ContactPage> {
    return this.contacts.list(caller, query);
  }

  @Get(':userId')
  @ApiOperation({ operationId: 'getContact', summary: 'One of my contacts' })
  @ApiOkResponse({ standardSchema: contactResponseSchema, description: 'As it is now.' })
  @Problems('contact.not_found')
  async get(@Caller() caller: Principal, @Param('userId') userId: string): Promise<ContactResponse> {
    return { contact: await this.contacts.get(caller, userId) };
  }

  @Put(':userId')
  @ApiOperation({
    operationId: 'putContact',
    summary: 'Add a contact, or note something else of one',
    description:
      'Of their own accord nobody learns whose contact they are. Where the server is configured to ask, they are asked first.',
  })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: contactResponseSchema, description: 'They are a contact of mine.' })
  @ApiAcceptedResponse({
    standardSchema: contactRequestResponseSchema,
    description: 'They were asked, and have not answered yet.',
  })
  @Problems(
    ...withBody,
    'user.not_found',
    'contact.not_allowed',
    'contact.too_many',
    'service.outcome_unknown',
  )
  async put(
    @Caller() caller: Principal,
    @Param('userId') userId: string,
    @Body({ schema: putContactSchema }) notes: PutContactInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactResponse | ContactRequestResponse> {
    const answer = await this.contacts.put(caller, userId, notes ?? {});
    if ('contactRequest' in answer) reply.status(HttpStatus.ACCEPTED);
    return answer;
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeContact', summary: 'Remove a contact' })
  @ApiNoContentResponse({ description: 'They are no contact of mine, nor asked to be one.' })
  @Problems('user.not_found', 'service.outcome_unknown')
  remove(@Caller() caller: Principal, @Param('userId') userId: string): Promise<void> {
    return this.contacts.remove(caller, userId);
  }
}
