import type { FastifyReply, FastifyRequest } from 'fastify';

/** Holds a stream token, for an `EventSource` that can set no header. Sent to `/v1/events…` only. */
export const STREAM_COOKIE = 'mailroom_stream';

const attributes = 'Path=/v1/events; HttpOnly; SameSite=Strict';

export function setStreamCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { token, expiresIn }: { token: string; expiresIn: number },
): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  void reply.header('Set-Cookie', `${STREAM_COOKIE}=${token}; Max-Age=${expiresIn}; ${attributes}${secure}`);
}

export function clearStreamCookie(reply: FastifyReply): void {
  void reply.header('Set-Cookie', `${STREAM_COOKIE}=; Max-Age=0; ${attributes}`);
}

/** The stream token in a `Cookie` header, if any. */
export function readStreamCookie(header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${STREAM_COOKIE}=`))?.slice(STREAM_COOKIE.length + 1);
}
