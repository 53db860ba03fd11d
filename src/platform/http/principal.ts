import { type ExecutionContext, SetMetadata, applyDecorators, createParamDecorator } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

export const roles = ['admin', 'moderator', 'user', 'guest', 'service'] as const;
export type Role = (typeof roles)[number];

/** Who calls, as proved by a token; never by anything else that the client says. */
export interface Principal {
  readonly userId: string;
  /** The login; for an API key, the key's own id. */
  readonly sessionId: string;
  /** As it was in the database when the token was checked. */
  readonly role: Role;
  /** When the token ends, in milliseconds since 1970. API keys have no end: too far away for one timer. */
  readonly expiresAt: number;
  readonly via: 'access' | 'stream' | 'apiKey';
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
  }
}

/** The caller of a route that is not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new Error('A public route has no caller.');
  return principal;
});

export const PUBLIC = Symbol('public');
export const ROLES = Symbol('roles');

/** Answers without a token; on a controller, for all its routes. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC, true), ApiSecurity({}));

/** Only these roles; others get 403 `auth.not_allowed`. */
export const Roles = (...allowed: Role[]) => SetMetadata(ROLES, allowed);
