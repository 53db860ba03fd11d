import { HttpException } from '@nestjs/common';
import { ChatError, invalid, unavailable } from './chat-error.js';

const connectionLost = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_NORMAL_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

/** Turns anything thrown below a door into the one error type; what nobody foresaw becomes `internal`. */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  if (isConnectionLoss(thrown) || isRefusedByRedis(thrown))
    return unavailable('A store is away; nothing was done.', thrown);
  const status = statusOf(thrown);
  if (status === 404) return new ChatError('not_found', 'route.not_found', 'There is no such route.');
  if (status === 405) return new ChatError('not_found', 'route.not_found', 'There is no such route.');
  if (status === 413)
    return new ChatError('too_large', 'request.too_large', 'The body is larger than allowed.');
  if (status === 415)
    return new ChatError(
      'unsupported',
      'request.unsupported_media_type',
      'The body is not of the type that this route takes.',
    );
  if (status === 429)
    return new ChatError('rate_limited', 'rate_limited', 'Too many requests.', { retryAfterSeconds: 1 });
  if (status !== undefined && status >= 400 && status < 500) return invalid('The request could not be read.');
  return new ChatError('internal', 'internal', 'Something went wrong here; the log has the request id.', {
    cause: thrown,
  });
}

/** Whether MySQL or Redis was lost, also as the error that TypeORM wraps around the driver's. */
export function isConnectionLoss(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  if (typeof code === 'string' && connectionLost.has(code)) return true;
  if (
    /Connection is closed|max retries per request|Command timed out|Pool is closed|in closed state|Connection lost|LOADING|READONLY|queue is full|isn't writeable|Acquir\w+ timeout/i.test(
      thrown.message,
    )
  )
    return true;
  return 'driverError' in thrown && isConnectionLoss(thrown.driverError);
}

/** Redis is there, and takes nothing: its memory or its disk is full, or its replicas are away. */
const isRefusedByRedis = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  /^(OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN) /.test(thrown.message);

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number')
    return thrown.statusCode;
  return undefined;
}
