import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PUBLIC, ROLES, type Role } from '../platform/http/principal.js';
import { notAllowed, tokenMissing } from './auth-errors.js';
import { Authenticator } from './authenticator.js';

/** Stands before every REST route that is not public. WebSocket handlers have their connection's principal. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || this.metadata<true>(PUBLIC, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticator.authenticate(bearerToken(request.headers.authorization));
    request.principal = principal;
    const allowed = this.metadata<Role[]>(ROLES, context);
    if (allowed && !allowed.includes(principal.role)) throw notAllowed();
    return true;
  }

  private metadata<T>(key: symbol, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}

/** The token of an `Authorization: Bearer` header. Throws `auth.token_missing`. */
export function bearerToken(header: string | undefined): string {
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (!token) throw tokenMissing();
  return token;
}
