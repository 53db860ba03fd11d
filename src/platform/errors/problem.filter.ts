import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { type ChatError, outcomeUnknown, unavailable } from './chat-error.js';
import { setRateHeaders } from '../http/rate-headers.js';
import { toProblem } from './problem.js';
import { toChatError } from './translate.js';

/** Answers every error of a REST call as `application/problem+json`; what nobody foresaw is logged with its request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = isTimeout(thrown) ? timedOut(request.method, thrown) : toChatError(thrown);
    if (error.kind === 'internal')
      this.logger.error({ err: thrown, requestId: request.id }, 'request failed');
    if (reply.sent) return;
    if (error.retryAfterSeconds !== undefined)
      void reply.header('Retry-After', String(error.retryAfterSeconds));
    if (error.rate) setRateHeaders(reply, error.rate);
    if (error.kind === 'unauthenticated') void reply.header('WWW-Authenticate', 'Bearer');
    const problem = toProblem(error, request.id);
    void reply.status(problem.status).header('Content-Type', 'application/problem+json').send(problem);
  }
}

const isTimeout = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'FST_ERR_HANDLER_TIMEOUT';

/** What only reads has done nothing; anything else may still be done after the answer. */
const timedOut = (method: string, cause: unknown): ChatError =>
  method === 'GET' || method === 'HEAD'
    ? unavailable('The answer took too long.', cause)
    : outcomeUnknown(cause);
