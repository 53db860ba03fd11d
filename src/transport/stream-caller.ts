import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from '../auth/auth.guard.js';
import { Authenticator } from '../auth/authenticator.js';
import { readStreamCookie } from '../auth/stream-cookie.js';
import { PUBLIC, type Principal } from '../platform/http/principal.js';
import { Uncounted } from '../platform/rate-limits/counted-as.js';
import { RateLimits } from '../platform/rate-limits/rate-limits.service.js';
import { addressOf, callerOf } from '../platform/rate-limits/subject.js';

/** A route whose caller is proved, and whose requests are counted, by `StreamCaller`: not on the way to the route. */
export const ForStreams = () =>
  applyDecorators(
    SetMetadata(PUBLIC, true),
    Uncounted(),
    ApiBearerAuth('bearer'),
    ApiSecurity('streamToken'),
    ApiSecurity('streamCookie'),
  );

/** Who opens a stream: by bearer header, or by a stream token in the query or the cookie, for clients without headers. */
@Injectable()
export class StreamCaller {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
  ) {}

  /** Throws 401 problems and `rate_limited`; an access token in the query is refused, because URLs end up in logs. */
  async of(request: FastifyRequest, countedAs: 'connections' | 'reads'): Promise<Principal> {
    this.limits.take('requests', addressOf(request.ip));
    const principal = await this.prove(request);
    const found = this.limits.take(countedAs, callerOf(principal));
    if (found?.waitMs) await delay(found.waitMs);
    return principal;
  }

  private prove(request: FastifyRequest): Promise<Principal> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) return this.authenticator.authenticate(bearerToken(authorization));
    const { access_token: token } = request.query as { access_token?: string };
    const streamToken = token ?? readStreamCookie(cookie);
    if (streamToken === undefined) return this.authenticator.authenticate(bearerToken(undefined));
    return this.authenticator.authenticateStream(streamToken);
  }
}
