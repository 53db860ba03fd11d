import type { OpenAPIObject } from '@nestjs/swagger';
import { ChatError } from '../platform/errors/chat-error.js';
import { errorCodes } from '../platform/errors/codes.js';
import { toProblem } from '../platform/errors/problem.js';
import { IDEMPOTENCY_HEADER } from '../platform/idempotency/idempotent.js';
import { exampleOf } from './examples.js';
import type { JsonSchema } from './json-schema.js';

interface Media {
  schema?: JsonSchema;
  example?: unknown;
  examples?: object;
}

interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema?: JsonSchema;
}

interface Described {
  required?: boolean;
  content?: Record<string, Media>;
  headers?: Record<string, unknown>;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: Described;
  responses: Record<string, Described>;
}

/** What a path parameter names, by the part of the path before it. */
const named: Record<string, [description: string, schema: JsonSchema]> = {
  users: ['The user’s id.', { $ref: '#/components/schemas/Id' }],
  broadcasts: ['The broadcast’s id.', { $ref: '#/components/schemas/Id' }],
  sessions: ['The session’s id.', { $ref: '#/components/schemas/Id' }],
  'api-keys': ['The API key’s id.', { $ref: '#/components/schemas/Id' }],
  'user-groups': ['The group’s id.', { $ref: '#/components/schemas/Id' }],
  'filter-words': ['The word’s id.', { $ref: '#/components/schemas/Id' }],
  files: ['The file’s id.', { $ref: '#/components/schemas/Id' }],
  conversations: ['The conversation’s id.', { $ref: '#/components/schemas/Id' }],
  teams: ['The support team’s id.', { $ref: '#/components/schemas/Id' }],
  agents: ['The agent’s user id.', { $ref: '#/components/schemas/Id' }],
  requests: ['The request’s id.', { $ref: '#/components/schemas/Id' }],
  reports: ['The report’s id.', { $ref: '#/components/schemas/Id' }],
  bans: ['The user’s id.', { $ref: '#/components/schemas/Id' }],
  contacts: ['The user’s id.', { $ref: '#/components/schemas/Id' }],
  'contact-requests': ['The other user’s id.', { $ref: '#/components/schemas/Id' }],
  blocks: ['The user’s id.', { $ref: '#/components/schemas/Id' }],
  members: ['The member’s user id.', { $ref: '#/components/schemas/Id' }],
  'scheduled-messages': ['The scheduled message’s id.', { $ref: '#/components/schemas/Id' }],
  reactions: ['One emoji, percent-encoded.', { type: 'string', examples: ['👍'] }],
  messages: [
    'The message’s number in its conversation.',
    { type: 'integer', minimum: 1, maximum: 4_294_967_295 },
  ],
};

const headers = {
  RequestId: {
    description: 'Names this request in the log.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  RetryAfter: {
    description: 'Seconds after which it is worth trying again.',
    schema: { type: 'integer', minimum: 0 },
  },
  RateLimit: { description: 'How many of the class may come at once.', schema: { type: 'integer' } },
  RateRemaining: { description: 'How many more of them may come now.', schema: { type: 'integer' } },
  RateReset: { description: 'Seconds until all of them may come again.', schema: { type: 'integer' } },
  Authenticate: { description: 'How to prove who calls.', schema: { type: 'string', examples: ['Bearer'] } },
  IdempotencyReplayed: {
    description: 'Present where the request was carried out before, under the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
};

const header = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });

const rateHeaders = {
  'RateLimit-Limit': header('RateLimit'),
  'RateLimit-Remaining': header('RateRemaining'),
  'RateLimit-Reset': header('RateReset'),
};

/** Adds what decorators can't say: examples, headers, what a path's ids name, and bodies that may be left out. */
export function completeOpenApi(document: OpenAPIObject, schemas: Record<string, JsonSchema>): OpenAPIObject {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations) as Operation[]) {
      describePathParameters(path, operation);
      describeBodies(operation, schemas);
      describeHeaders(operation);
    }
  }
  document.components = {
    ...document.components,
    schemas: schemas as never,
    headers: headers,
    examples: problemExamples(JSON.stringify(document.paths)),
  };
  return document;
}

function describePathParameters(path: string, { parameters = [] }: Operation): void {
  const parts = path.split('/');
  for (const parameter of parameters.filter((each) => each.in === 'path')) {
    const before = parts[parts.indexOf(`{${parameter.name}}`) - 1] ?? '';
    const known = named[before];
    if (known) [parameter.description, parameter.schema] = known;
  }
}

function describeBodies({ requestBody, responses }: Operation, schemas: Record<string, JsonSchema>): void {
  const bodies = [requestBody, ...Object.values(responses)];
  for (const media of bodies.map((body) => body?.content?.['application/json'])) {
    if (media?.schema) media.example ??= exampleOf(media.schema, schemas);
  }
  const schema = requestBody?.content?.['application/json']?.schema;
  if (requestBody && schema?.properties && Object.keys(schema.properties).length === 0)
    requestBody.required = false;
}

function describeHeaders({ parameters = [], responses }: Operation): void {
  const isIdempotent = parameters.some(({ name }) => name === IDEMPOTENCY_HEADER);
  const isCounted = JSON.stringify(responses).includes('"#/components/examples/rate_limited"');
  for (const [status, response] of Object.entries(responses)) {
    response.headers = {
      ...response.headers,
      'X-Request-Id': header('RequestId'),
      ...(isCounted && rateHeaders),
      ...(status === '401' && { 'WWW-Authenticate': header('Authenticate') }),
      ...(isIdempotent && { 'Idempotency-Replayed': header('IdempotencyReplayed') }),
      ...(saysWhen(status, response) && { 'Retry-After': header('RetryAfter') }),
    };
  }
}

/** Whether the answer may say when to come back. */
const saysWhen = (status: string, { content }: Described): boolean =>
  status === '429' ||
  status === '503' ||
  Object.hasOwn(content?.['application/problem+json']?.examples ?? {}, 'idempotency.in_progress');

/** One example an error code that some response refers to. */
function problemExamples(paths: string): Record<string, { summary: string; value: unknown }> {
  const requestId = '0c7c1c5e-5d1f-4f3b-9a55-4a3c6f3d2b10';
  return Object.fromEntries(
    Object.entries(errorCodes)
      .filter(([code]) => paths.includes(`"#/components/examples/${code}"`))
      .map(([code, [kind, meaning]]) => [
        code,
        { summary: meaning, value: toProblem(new ChatError(kind, code, meaning), requestId) },
      ]),
  );
}
