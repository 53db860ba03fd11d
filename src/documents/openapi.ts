import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { z } from 'zod';
import { problemSchema } from '../platform/errors/problem.js';
import { idSchema } from '../platform/http/schemas.js';
import { STREAM_COOKIE } from '../auth/stream-cookie.js';
import { completeOpenApi } from './complete-openapi.js';
import { Components } from './components.js';
import { about } from './about.js';

const tags: Record<string, string> = {
  auth: 'Logging in and out, sessions, passwords, and the keys that verify access tokens.',
  users: 'Profiles and the directory.',
  presence: 'Who is there.',
  contacts: 'Whom I know, whom I have blocked, and who is there.',
  conversations: 'Conversations and their members.',
  messages: 'Sending, history, changes and read marks.',
  files: 'Uploads, their bytes and thumbnails, and URLs that open them.',
  search: 'Full text over the messages that the caller may read.',
  broadcasts: 'Announcements to many, and who has them.',
  support: 'Asking a support team for help, and answering: teams, their queues, requests.',
  events: 'Receiving: a snapshot, a stream of server-sent events, long polling, acknowledgements.',
  moderation: 'For admins and moderators.',
  admin: 'For admins only.',
  operations: 'For whoever runs the node, and these documents.',
};

/** The document of all REST routes, made of the controllers and of the schemas that validate their input. */
export function createOpenApi(app: INestApplication): OpenAPIObject {
  const components = new Components('draft-2020-12');
  for (const schema of [idSchema, problemSchema]) components.convert(schema, 'output');
  const document = SwaggerModule.createDocument(app, frame(), {
    standardSchemaConverter: (schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) => ({
      schema: components.convert(schema as z.ZodType, schemaType),
    }),
  });
  document.paths['/docs'] = { get: page(document) };
  return completeOpenApi(document, components.schemas);
}

/** Swagger UI serves itself, without a controller; its errors are those of any public route. */
const page = ({ paths }: OpenAPIObject): NonNullable<OpenAPIObject['paths'][string]['get']> => ({
  operationId: 'getDocs',
  summary: 'Swagger UI, to read this document and to try it out',
  tags: ['operations'],
  security: [{}],
  responses: {
    ...paths['/openapi.json']?.get?.responses,
    200: { description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } },
  },
});

function frame(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(about.title)
    .setVersion(about.version)
    .setDescription(`${about.description}\n\n${manners}`)
    .addServer('/', 'The node that serves this document.')
    .addBearerAuth(
      { type: 'http', description: 'An access token (a JWT), or an API key (`mk_…`).', bearerFormat: 'JWT' },
      'bearer',
    )
    .addBearerAuth({ type: 'http', description: '`METRICS_TOKEN`, for /metrics only.' }, 'metricsToken')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'query',
        name: 'access_token',
        description: 'A stream token. An access token is refused here.',
      },
      'streamToken',
    )
    .addCookieAuth(
      STREAM_COOKIE,
      { type: 'apiKey', description: 'A stream token, set by `POST /v1/auth/stream-token`.' },
      'streamCookie',
    );
  for (const [name, description] of Object.entries(tags)) builder.addTag(name, description);
  const built = builder.build();
  return { ...built, info: { ...built.info, license: about.license, contact: about.contact } };
}

const manners = `Ids are strings; times are ISO 8601 in UTC with milliseconds. One thing is answered wrapped by its kind, a list as
\`{ items, nextCursor }\`. Errors are RFC 9457 problems with a stable \`code\`; what the caller may not see is answered
404, like what does not exist, malformed ids included. Unknown fields of a body are refused, unknown query parameters
ignored. Events and commands are described in \`/asyncapi.json\`.`;
