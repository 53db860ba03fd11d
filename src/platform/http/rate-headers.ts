import type { FastifyReply } from 'fastify';
import type { RateStanding } from '../errors/chat-error.js';

/** As draft-ietf-httpapi-ratelimit-headers-05 has them: three numbers, the last one in seconds. */
export function setRateHeaders(reply: FastifyReply, { limit, remaining, resetSeconds }: RateStanding): void {
  void reply
    .header('RateLimit-Limit', String(limit))
    .header('RateLimit-Remaining', String(remaining))
    .header('RateLimit-Reset', String(resetSeconds));
}
