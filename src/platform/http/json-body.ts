import type { FastifyInstance } from 'fastify';
import { invalid } from '../errors/chat-error.js';
import { findUncleanText } from './clean-json.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON bodies: UTF-8 only, an empty body counts as none, and text that holds NUL or a lone surrogate is refused
 * before any schema sees it. Only an escape can smuggle those in, so that bodies without one cost nothing more.
 */
export function readJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch {
    throw invalid('The body is not valid JSON in UTF-8.');
  }
  if (text.includes('\\') || text.includes('__proto__')) {
    const path = findUncleanText(value);
    if (path !== undefined)
      throw invalid('Text must not hold NUL or lone surrogates.', [
        { path, message: 'holds NUL or a lone surrogate' },
      ]);
  }
  return value;
}
