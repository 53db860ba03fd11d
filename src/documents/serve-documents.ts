import { SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Documents } from './documents.js';
import { createOpenApi } from './openapi.js';

const PAGE = '/docs';

/** The page loads its own files only, and talks to nobody but this server. Its style stands in the page itself. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Makes the documents, and serves Swagger UI. To be called when the node is put together. */
export function serveDocuments(app: NestFastifyApplication): void {
  const openApi = createOpenApi(app);
  const documents = app.get(Documents);
  documents.openApi = JSON.stringify(openApi);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      if (request.url.startsWith(PAGE))
        void reply
          .header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
          .header('X-Content-Type-Options', 'nosniff');
    });
  SwaggerModule.setup(PAGE, app, openApi, {
    raw: false,
    customSiteTitle: openApi.info.title,
    swaggerOptions: { validatorUrl: 'none', displayRequestDuration: true },
  });
}
