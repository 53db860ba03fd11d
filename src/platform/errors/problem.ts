import { z } from 'zod';
import type { ChatError, ErrorKind } from './chat-error.js';

/** RFC 9457 problem details, with the members that this API adds. */
export const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'A URI that names the kind of problem.',
      examples: ['urn:mailroom:problem:conversation.not_found'],
    }),
    title: z.string().meta({ examples: ['Not found'] }),
    status: z.int().meta({ examples: [404] }),
    detail: z.string().meta({ description: 'One sentence for people.' }),
    code: z.string().meta({ description: 'Stable, for programs.', examples: ['conversation.not_found'] }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
    retryAfterMs: z
      .int()
      .optional()
      .meta({ description: 'Milliseconds after which it is worth trying again, where that is known.' }),
    requestId: z.string().meta({ description: 'Also in the log, and in the header X-Request-Id.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Where the request was wrong.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

export type Problem = z.infer<typeof problemSchema>;

const table: Record<ErrorKind, { status: number; title: string }> = {
  invalid: { status: 400, title: 'Bad request' },
  unauthenticated: { status: 401, title: 'Not authenticated' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  too_large: { status: 413, title: 'Too large' },
  unsupported: { status: 415, title: 'Unsupported media type' },
  unsatisfiable: { status: 416, title: 'Range not satisfiable' },
  unprocessable: { status: 422, title: 'Unprocessable' },
  rate_limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Unavailable' },
  internal: { status: 500, title: 'Internal error' },
};

export const statusOf = (kind: ErrorKind): number => table[kind].status;

/** Every door answers errors in this one form: as a response, an acknowledgement or a refused handshake. */
export function toProblem(error: ChatError, requestId: string): Problem {
  const { status, title } = table[error.kind];
  return {
    type: `urn:mailroom:problem:${error.code}`,
    title,
    status,
    detail: error.detail,
    code: error.code,
    retryable: error.retryable,
    requestId,
    ...(error.retryAfterSeconds !== undefined && { retryAfterMs: error.retryAfterSeconds * 1000 }),
    ...(error.errors && { errors: [...error.errors] }),
  };
}
