import { type ExecutionContext, SetMetadata, applyDecorators, createParamDecorator } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../errors/chat-error.js';

export const IDEMPOTENT = Symbol('idempotent');
export const IDEMPOTENCY_HEADER = 'Idempotency-Key';

/**
 * `store`: the answer is kept, sealed, and given again as it was. Never for answers that hold a message's text: what is
 * deleted must be nowhere.
 * `execute`: only the request's hash is kept, and the handler runs again: it finds by itself what it did before.
 */
export type Replay = 'store' | 'execute';

/** A POST that creates and takes `Idempotency-Key`, per user, for 24 hours. Routes without a caller can't. */
export const Idempotent = ({ replay = 'store' }: { replay?: Replay } = {}) =>
  applyDecorators(SetMetadata(IDEMPOTENT, replay), ApiIdempotencyKey());

/** Says that a route takes the key; for those that see to it by themselves. */
export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: IDEMPOTENCY_HEADER,
    required: false,
    description:
      'For 24 hours the same request with the same key gets the same answer, with `Idempotency-Replayed: true`.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: 'c7a6b0a8-6a0e-4d6e-9d3b-2b8f4e1d5a10',
  });

/** The caller's key, undefined when there is none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readKey(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Throws `request.invalid` for what can't be a key. */
export function readKey(request: FastifyRequest): string | undefined {
  const key = request.headers[IDEMPOTENCY_HEADER.toLowerCase()];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^\P{Cc}{1,255}$/u.test(key))
    throw invalid('The Idempotency-Key does not have the right form.', [
      { path: IDEMPOTENCY_HEADER, message: 'must be 1 to 255 characters without control characters' },
    ]);
  return key;
}
