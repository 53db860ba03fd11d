import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import { emptyBodySchema } from '../platform/http/schemas.js';
import { ContactRequestsService } from './contact-requests.service.js';
import {
  type ContactRequestPage,
  type ContactRequestQuery,
  type ContactResponse,
  contactRequestPageSchema,
  contactRequestQuerySchema,
  contactResponseSchema,
} from './contacts.dto.js';

@ApiTags('contacts')
@Controller('v1/contact-requests')
export class ContactRequestsController {
  constructor(private readonly requests: ContactRequestsService) {}

  @Get()
  @ApiOperation({ operationId: 'listContactRequests', summary: 'Requests that wait for an answer' })
  @ApiOkResponse({
    standardSchema: contactRequestPageSchema,
    description: 'In the order of the other users’ ids.',
  })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: contactRequestQuerySchema }) query: ContactRequestQuery,
  ): Promise<ContactRequestPage> {
    return this.requests.list(caller, query);
  }

  @Post(':userId/accept')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'acceptContactRequest', summary: 'Accept a request' })
  @ApiOkResponse({ standardSchema: contactResponseSchema, description: 'We are contacts of each other.' })
  @Problems(...withBody, 'contact_request.not_found', 'contact.too_many', 'service.outcome_unknown')
  async accept(
    @Caller() caller: Principal,
    @Param('userId') userId: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<ContactResponse> {
    return { contact: await this.requests.accept(caller, userId) };
  }

  @Post(':userId/decline')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'declineContactRequest', summary: 'Decline a request' })
  @ApiNoContentResponse({ description: 'It is over.' })
  @Problems(...withBody, 'contact_request.not_found', 'service.outcome_unknown')
  decline(
    @Caller() caller: Principal,
    @Param('userId') userId: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<void> {
    return this.requests.decline(caller, userId);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'cancelContactRequest', summary: 'Cancel a request of mine' })
  @ApiNoContentResponse({ description: 'It is over.' })
  @Problems('contact_request.not_found', 'service.outcome_unknown')
  cancel(@Caller() caller: Principal, @Param('userId') userId: string): Promise<void> {
    return this.requests.cancel(caller, userId);
  }
}
