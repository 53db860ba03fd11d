import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ChatError, invalid } from '../errors/chat-error.js';
import { toProblem } from '../errors/problem.js';

/** Answers a URL that no route can be looked up for, such as one with broken escapes. */
export function answerUnreadable(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(
    new ChatError('not_found', 'route.not_found', 'There is no such route.'),
    request.id,
  );
  void reply
    .status(problem.status)
    .header('X-Request-Id', request.id)
    .header('Content-Type', 'application/problem+json')
    .send(problem);
}

/** Answers what is no HTTP request at all, and closes: where the next one would begin is unknown. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const problem = toProblem(invalid('This is not a readable HTTP request.'), randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Request-Id: ${problem.requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
}
