import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../../platform/http/principal.js';
import { Problems, withBody } from '../../platform/http/problems.js';
import { emptyBodySchema } from '../../platform/http/schemas.js';
import { ClaimRequests } from './claim-requests.js';
import { HandleRequest } from './handle-request.js';
import {
  type Claim,
  type OwnRequestsQuery,
  type RequestPage,
  type RequestResponse,
  type Transfer,
  claimSchema,
  ownRequestsQuerySchema,
  requestPageSchema,
  requestResponseSchema,
  transferSchema,
} from './requests.dto.js';
import { RequestsService } from './requests.service.js';
import type { SupportRequest } from './request.entity.js';

const refusals = ['support_request.not_found', 'support_team.not_agent'] as const;
const done = { standardSchema: requestResponseSchema, description: 'As it is now.' };

@ApiTags('support')
@Controller('v1/support/requests')
export class RequestsController {
  constructor(
    private readonly requests: RequestsService,
    private readonly handle: HandleRequest,
    private readonly claimRequests: ClaimRequests,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSupportRequests', summary: 'My requests, newest first' })
  @ApiOkResponse({ standardSchema: requestPageSchema, description: 'Requests.' })
  @Problems('request.invalid')
  list(
    @Caller() caller: Principal,
    @Query({ schema: ownRequestsQuerySchema }) query: OwnRequestsQuery,
  ): Promise<RequestPage> {
    return this.requests.own(query, caller);
  }

  @Post('claim')
  @HttpCode(HttpStatus.OK)
  @Roles('admin', 'moderator', 'user')
  @ApiOperation({
    operationId: 'claimSupportRequests',
    summary: 'Take over what I asked as a guest, on the way to my account',
    description:
      'I come into the conversations of the guest’s requests in the guest’s place, with their history, and the guest’s account ends.',
  })
  @ApiOkResponse({ standardSchema: requestPageSchema, description: 'Those that are mine now.' })
  @Problems(...withBody, 'auth.not_allowed', 'guest.not_found')
  claim(
    @Caller() caller: Principal,
    @Body({ schema: claimSchema }) { guestToken }: Claim,
  ): Promise<RequestPage> {
    return this.claimRequests.of(caller, guestToken);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSupportRequest', summary: 'One request, with its place in the queue' })
  @ApiOkResponse(done)
  @Problems('support_request.not_found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<RequestResponse> {
    return { supportRequest: await this.requests.get(caller, id) };
  }

  @Post(':id/take')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'takeSupportRequest',
    summary: 'Take a request, as an agent of its team',
    description: 'The agent comes into its conversation. Of several at once, one gets it.',
  })
  @ApiOkResponse(done)
  @Problems(...withBody, ...refusals, 'support_request.taken', 'support_request.closed')
  async take(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<RequestResponse> {
    return this.answer(caller, await this.handle.take(caller, id));
  }

  @Post(':id/transfer')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'transferSupportRequest',
    summary: 'Hand a request over, to another team or to an agent of the same',
    description: 'In a queue it comes before those who came later. Whoever had it leaves the conversation.',
  })
  @ApiOkResponse(done)
  @Problems(...withBody, ...refusals, 'support_team.not_found', 'user.not_found', 'support_request.closed')
  async transfer(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: transferSchema }) to: Transfer,
  ): Promise<RequestResponse> {
    return this.answer(caller, await this.handle.transfer(caller, id, to));
  }

  @Post(':id/close')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'closeSupportRequest',
    summary: 'Close a request, as its requester or an agent',
  })
  @ApiOkResponse(done)
  @Problems(...withBody, ...refusals)
  async close(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<RequestResponse> {
    return this.answer(caller, await this.handle.close(caller, id));
  }

  @Post(':id/reopen')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reopenSupportRequest',
    summary: 'Open a closed request again',
    description: 'Its requester waits in the queue again; an agent has it at once.',
  })
  @ApiOkResponse(done)
  @Problems(...withBody, ...refusals)
  async reopen(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: emptyBodySchema }) _: unknown,
  ): Promise<RequestResponse> {
    return this.answer(caller, await this.handle.reopen(caller, id));
  }

  /** Whoever has handed a request over may see it no more than the former team does. */
  private async answer(caller: Principal, request: SupportRequest): Promise<RequestResponse> {
    return { supportRequest: await this.requests.show(caller, request) };
  }
}
