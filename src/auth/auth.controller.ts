import { Body, Controller, HttpCode, Ip, Post, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, type Principal, Public } from '../platform/http/principal.js';
import { Problems, PublicProblems, withBody } from '../platform/http/problems.js';
import { emptyBodySchema } from '../platform/http/schemas.js';
import { CountedAs } from '../platform/rate-limits/counted-as.js';
import {
  type ChangePassword,
  type Guest,
  type Login,
  type Refresh,
  type Register,
  type StreamToken,
  type Tokens,
  changePasswordSchema,
  guestSchema,
  loginSchema,
  refreshSchema,
  registerSchema,
  streamTokenSchema,
  tokensSchema,
} from './auth.dto.js';
import { AuthService } from './auth.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { clearStreamCookie, setStreamCookie } from './stream-cookie.js';

@ApiTags('auth')
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @CountedAs('registrations')
  @Public()
  @ApiOperation({
    operationId: 'register',
    summary: 'Become a user, and log in',
    description: 'Takes no Idempotency-Key, since nobody calls yet: after a lost answer, log in.',
  })
  @ApiCreatedResponse({ standardSchema: tokensSchema, description: 'The new user, logged in.' })
  @PublicProblems(
    ...withBody,
    'auth.registration_disabled',
    'user.username_taken',
    'word_filter.refused',
    'service.outcome_unknown',
  )
  register(@Body({ schema: registerSchema }) body: Register, @Ip() address: string): Promise<Tokens> {
    return this.auth.register(body, address);
  }

  @Post('login')
  @CountedAs('logins')
  @Public()
  @HttpCode(200)
  @ApiOperation({ operationId: 'login', summary: 'Log in with a password' })
  @ApiOkResponse({ standardSchema: tokensSchema, description: 'A new session.' })
  @PublicProblems(...withBody, 'auth.invalid_credentials')
  login(@Body({ schema: loginSchema }) body: Login, @Ip() address: string): Promise<Tokens> {
    return this.auth.login(body, address);
  }

  @Post('guest')
  @CountedAs('registrations')
  @Public()
  @ApiOperation({
    operationId: 'comeAsGuest',
    summary: 'Come as a guest',
    description: 'Takes no Idempotency-Key: after a lost answer, come again as another guest.',
  })
  @ApiCreatedResponse({ standardSchema: tokensSchema, description: 'A new guest, logged in.' })
  @PublicProblems(...withBody, 'auth.guests_disabled', 'word_filter.refused')
  guest(@Body({ schema: guestSchema }) body: Guest, @Ip() address: string): Promise<Tokens> {
    return this.auth.guest(body, address);
  }

  @Post('guest/register')
  @CountedAs('registrations')
  @ApiOperation({
    operationId: 'registerGuest',
    summary: 'Become a user, as a guest',
    description:
      'Whoever was a guest keeps their id, conversations and history. Their tokens end: the answer has others. After a lost answer, log in.',
  })
  @ApiCreatedResponse({ standardSchema: tokensSchema, description: 'The user, logged in.' })
  @Problems(
    ...withBody,
    'auth.not_allowed',
    'auth.registration_disabled',
    'user.username_taken',
    'word_filter.refused',
    'service.outcome_unknown',
  )
  registerGuest(
    @Caller() caller: Principal,
    @Body({ schema: registerSchema }) body: Register,
    @Ip() address: string,
  ): Promise<Tokens> {
    return this.auth.registerGuest(caller, body, address);
  }

  @Post('refresh')
  @CountedAs('refreshes')
  @Public()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'refresh',
    summary: 'New tokens for a refresh token',
    description:
      'The token just replaced gets the same successor again for ten seconds, for a lost answer. An older one of the same login ends its session.',
  })
  @ApiOkResponse({ standardSchema: tokensSchema, description: 'The next tokens of the same session.' })
  @PublicProblems(
    ...withBody,
    'auth.token_invalid',
    'auth.token_expired',
    'auth.session_revoked',
    'auth.refresh_reused',
    'service.outcome_unknown',
  )
  refresh(@Body({ schema: refreshSchema }) body: Refresh): Promise<Tokens> {
    return this.auth.refresh(body.refreshToken);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logout',
    summary: 'End this session',
    description: 'Its open connections close within a second on every node.',
  })
  @ApiNoContentResponse({
    description: 'It has ended.',
    headers: { 'Set-Cookie': { description: 'Forgets the stream token.', schema: { type: 'string' } } },
  })
  @Problems(...withBody, 'auth.session_required')
  async logout(
    @Caller() caller: Principal,
    @Body({ schema: emptyBodySchema }) _: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.logout(caller);
    clearStreamCookie(reply);
  }

  @Post('password')
  @HttpCode(204)
  @ApiOperation({ operationId: 'changePassword', summary: 'Change my password, and end my other sessions' })
  @ApiNoContentResponse({ description: 'Changed.' })
  @Problems(...withBody, 'auth.wrong_password', 'auth.session_required', 'service.outcome_unknown')
  changePassword(
    @Caller() caller: Principal,
    @Body({ schema: changePasswordSchema }) body: ChangePassword,
  ): Promise<void> {
    return this.auth.changePassword(caller, body);
  }

  @Post('stream-token')
  @ApiOperation({
    operationId: 'createStreamToken',
    summary: 'A short-lived token for event streams',
    description:
      'For `?access_token=` of `/v1/events…`, and set as a cookie there; it dies with its session.',
  })
  @ApiCreatedResponse({
    standardSchema: streamTokenSchema,
    description: 'The token.',
    headers: {
      'Set-Cookie': { description: 'The same token, for `/v1/events`.', schema: { type: 'string' } },
    },
  })
  @Problems(...withBody, 'auth.session_required')
  async streamToken(
    @Caller() caller: Principal,
    @Body({ schema: emptyBodySchema }) _: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamToken> {
    const made = await this.auth.streamToken(caller);
    setStreamCookie(request, reply, made);
    return made;
  }
}
