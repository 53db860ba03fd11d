import type { IncomingMessage } from 'node:http';

/** Whence a handshake comes; behind a trusted proxy what it says, as for requests: the first address of its list. */
export function clientAddress({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? headers['x-forwarded-for'] : undefined;
  const [first] = (Array.isArray(forwarded) ? forwarded.join() : (forwarded ?? '')).split(',');
  return first?.trim() || (socket.remoteAddress ?? '');
}
