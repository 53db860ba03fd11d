import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { UNCOUNTED } from './counted-as.js';
import { RateLimits } from './rate-limits.service.js';
import { addressOf } from './subject.js';

/** Stands before the check of tokens: what one address floods the node with costs no look-up. */
@Injectable()
export class AddressGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
  ) {}

  /** Throws `rate_limited`. */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const route = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<true | undefined>(UNCOUNTED, route)) return true;
    this.limits.take('requests', addressOf(context.switchToHttp().getRequest<FastifyRequest>().ip));
    return true;
  }
}
