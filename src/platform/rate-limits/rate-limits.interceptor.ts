import { setTimeout as delay } from 'node:timers/promises';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { setRateHeaders } from '../http/rate-headers.js';
import type { Standing } from './allowance.js';
import { ACTION_CLASS } from './counted-as.js';
import { type ActionClass, RateLimits } from './rate-limits.service.js';
import { addressOf, callerOf } from './subject.js';

/** Counts each request once it is known who calls, before its body is judged; see `CountedAs`. */
@Injectable()
export class RateLimitsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
  ) {}

  /** Throws `rate_limited`. Whoever is known costs no turn of the event loop, unless they are to wait for theirs. */
  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const kind = this.reflector.get<ActionClass | undefined>(ACTION_CLASS, context.getHandler());
    const goOn = (found: Standing | undefined): Observable<unknown> => {
      if (found) setRateHeaders(reply, found);
      return next.handle();
    };
    if (request.principal) {
      const usual = request.method === 'GET' ? 'reads' : 'writes';
      const found = this.limits.take(kind ?? usual, callerOf(request.principal));
      return found?.waitMs ? delay(found.waitMs).then(() => goOn(found)) : goOn(found);
    }
    if (!kind) return next.handle();
    return this.limits.takeWithOthers(kind, addressOf(request.ip)).then(goOn);
  }
}
