import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { ChatError, type ErrorKind, outcomeUnknown } from '../../../src/platform/errors/chat-error.js';
import { errorCodes } from '../../../src/platform/errors/codes.js';
import { statusOf, toProblem } from '../../../src/platform/errors/problem.js';
import { isConnectionLoss, toChatError } from '../../../src/platform/errors/translate.js';

const coded = (code: string) => Object.assign(new Error('secret'), { code });
const fromOrm = (error: Error) => new QueryFailedError('SELECT secret', ['secret'], error);

const statuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  unsatisfiable: 416,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};

describe('a kind of error', () => {
  it.each(Object.entries(statuses))('%s answers %i', (kind, status) => {
    expect(statusOf(kind as ErrorKind)).toBe(status);
    const problem = toProblem(new ChatError(kind as ErrorKind, 'some.code', 'Detail.'), 'r1');
    expect(problem).toMatchObject({ status, code: 'some.code', detail: 'Detail.', requestId: 'r1' });
    expect(problem.title.length).toBeGreaterThan(0);
    expect(problem.type).toBe('urn:mailroom:problem:some.code');
  });

  it('is worth a retry where it is about the moment, and only there', () => {
    const retryable = Object.keys(statuses).filter(
      (kind) => new ChatError(kind as ErrorKind, 'x', 'x').retryable,
    );
    expect(retryable.sort()).toEqual(['rate_limited', 'unavailable']);
  });

  it('of every documented code has a status', () => {
    for (const [code, [kind, when]] of Object.entries(errorCodes)) {
      expect(statuses[kind], code).toBeDefined();
      expect(when.length, code).toBeGreaterThan(10);
    }
  });
});

describe('whatever is thrown', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'PROTOCOL_CONNECTION_LOST',
    'ER_SERVER_SHUTDOWN',
    'ER_LOCK_DEADLOCK',
    'ER_LOCK_WAIT_TIMEOUT',
    'ER_CON_COUNT_ERROR',
  ])('as %s means that a store is away, also behind the ORM’s own error', (code) => {
    for (const error of [coded(code), fromOrm(coded(code))]) {
      expect(isConnectionLoss(error)).toBe(true);
      expect(toChatError(error)).toMatchObject({
        kind: 'unavailable',
        code: 'service.unavailable',
        retryable: true,
        retryAfterSeconds: 1,
      });
    }
  });

  it.each([
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    "Can't add new command when connection is in closed state",
    'Pool is closed.',
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'Command timed out',
  ])('with the words "%s" likewise', (message) => {
    expect(toChatError(new Error(message)).code).toBe('service.unavailable');
    expect(toChatError(fromOrm(new Error(message))).code).toBe('service.unavailable');
  });

  it.each([
    "OOM command not allowed when used memory > 'maxmemory'. script: 1f",
    'MISCONF Errors writing to the AOF file: No space left on device',
    'NOREPLICAS Not enough good replicas to write.',
  ])('with "%s" likewise: Redis takes nothing', (message) => {
    expect(toChatError(new Error(message)).code).toBe('service.unavailable');
  });

  it.each([
    [400, 'request.invalid'],
    [404, 'route.not_found'],
    [405, 'route.not_found'],
    [413, 'request.too_large'],
    [415, 'request.unsupported_media_type'],
    [422, 'request.invalid'],
    [429, 'rate_limited'],
    [500, 'internal'],
  ])('by the web server with status %i is %s', (status, code) => {
    expect(toChatError(Object.assign(new Error('secret'), { statusCode: status })).code).toBe(code);
    expect(toChatError(new HttpException('secret', status)).code).toBe(code);
  });

  it('below the doors goes through as it is', () => {
    const error = outcomeUnknown();
    expect(toChatError(error)).toBe(error);
  });

  it.each([
    [new Error('secret')],
    ['secret'],
    [undefined],
    [null],
    [{ code: 'ECONNREFUSED', message: 'secret' }],
    [fromOrm(coded('ER_PARSE_ERROR'))],
    [new TypeError('secret')],
  ])('and nobody foresaw is internal, and shows nothing of its inside: %s', (thrown) => {
    const error = toChatError(thrown);
    expect(error).toMatchObject({ kind: 'internal', code: 'internal', retryable: false });
    expect(JSON.stringify(toProblem(error, 'r1'))).not.toContain('secret');
  });

  it('by Nest shows nothing of its inside either', () => {
    for (const thrown of [new BadRequestException('secret'), new NotFoundException('secret')])
      expect(JSON.stringify(toProblem(toChatError(thrown), 'r1'))).not.toContain('secret');
  });
});
