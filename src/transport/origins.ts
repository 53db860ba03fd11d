import type { IncomingMessage } from 'node:http';
import type { Config } from '../platform/config/config.js';

/**
 * Whether a page of this origin may open a WebSocket here. Browsers send `Origin` with every upgrade and ask nobody
 * else (RFC 6455, section 10.2): without this check any page could use its visitor's connection. Programs send none.
 */
export function isAllowedOrigin(
  request: IncomingMessage,
  { corsOrigins, trustProxy }: Config['http'],
): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (corsOrigins.includes(origin)) return true;
  const forwarded = trustProxy ? request.headers['x-forwarded-host'] : undefined;
  try {
    return new URL(origin).host === (forwarded ?? host);
  } catch {
    return false;
  }
}
