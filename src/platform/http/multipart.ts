import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ChatError } from '../errors/chat-error.js';

/** Marks a route that reads its form by itself, as it comes. */
const takesForms = (request: FastifyRequest): boolean => request.routeOptions.url === '/v1/files';

/** Forms with files are for the routes that take files; others refuse them as they do every unknown type, unread. */
export async function readForms(app: NestFastifyApplication): Promise<void> {
  await app.register(multipart);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', async (request) => {
      const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
      if (isForm && !takesForms(request)) throw unsupportedBody();
    });
}

export const unsupportedBody = (): ChatError =>
  new ChatError(
    'unsupported',
    'request.unsupported_media_type',
    'The body is not of the type that this route takes.',
  );
