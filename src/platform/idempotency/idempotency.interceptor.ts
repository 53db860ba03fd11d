import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, lastValueFrom, of, tap } from 'rxjs';
import type { ErrorKind } from '../errors/chat-error.js';
import { type Problem, toProblem } from '../errors/problem.js';
import { toChatError } from '../errors/translate.js';
import { type Answer, Idempotency, type Run } from './idempotency.service.js';
import { IDEMPOTENT, type Replay, readKey } from './idempotent.js';
import { requestHash } from './request-hash.js';

/** Refusals that belong to the request: given again like a success. Others are judged anew, since nothing was done. */
const lasting: readonly ErrorKind[] = ['forbidden', 'not_found', 'conflict', 'unprocessable'];

/** Carries out each keyed request once; see `Idempotent`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);

  constructor(
    private readonly reflector: Reflector,
    private readonly idempotency: Idempotency,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const replay = this.reflector.get<Replay | undefined>(IDEMPOTENT, context.getHandler());
    if (!replay) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = readKey(request);
    if (key === undefined || !request.principal) return next.handle();
    const keyed = {
      userId: request.principal.userId,
      key,
      requestHash: requestHash(request.method, request.url, request.body),
    };
    const first =
      replay === 'store' ? await this.idempotency.begin(keyed) : await this.idempotency.note(keyed);
    if ('finish' in first) return of(await this.carryOut(first, replay, request, reply, next));
    void reply.header('Idempotency-Replayed', 'true');
    if ('body' in first) return of(give(first, reply));
    return next.handle().pipe(
      tap(() => {
        if (first.formerStatus !== null) void reply.status(first.formerStatus);
      }),
    );
  }

  /** The answer is stored before it is sent. */
  private async carryOut(
    run: Run,
    replay: Replay,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const remember = (status: number, body: unknown) =>
      this.attempt(run.finish({ status, body: replay === 'store' ? (JSON.stringify(body) ?? '') : '' }));
    let body: unknown;
    try {
      body = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      const problem = lastingProblem(error, request.id);
      await (problem ? remember(problem.status, problem) : this.attempt(run.forget()));
      throw error;
    }
    await remember(reply.statusCode, body);
    return body;
  }

  /** What the client asked for is done or refused; that its repetition is not known must not change the answer. */
  private async attempt(storing: Promise<void>): Promise<void> {
    try {
      await storing;
    } catch (error) {
      this.logger.warn(`answer not kept for its Idempotency-Key: ${String(error)}`);
    }
  }
}

function lastingProblem(thrown: unknown, requestId: string): Problem | undefined {
  const error = toChatError(thrown);
  return lasting.includes(error.kind) && !error.retryable ? toProblem(error, requestId) : undefined;
}

function give({ status, body }: Answer, reply: FastifyReply): unknown {
  void reply.status(status);
  if (status >= 400) void reply.header('Content-Type', 'application/problem+json');
  return body === '' ? undefined : JSON.parse(body);
}
