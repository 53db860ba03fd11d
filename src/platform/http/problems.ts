import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse } from '@nestjs/swagger';
import type { ErrorKind } from '../errors/chat-error.js';
import { type ErrorCode, errorCodes } from '../errors/codes.js';
import { statusOf } from '../errors/problem.js';

const everywhere: ErrorCode[] = ['rate_limited', 'service.unavailable', 'internal'];
/** What any route that needs a token may answer. */
export const forCallers: ErrorCode[] = [
  'auth.token_missing',
  'auth.token_invalid',
  'auth.token_expired',
  'auth.session_revoked',
];

/** What any route that reads a body may answer. */
export const withBody = ['request.invalid', 'request.too_large', 'request.unsupported_media_type'] as const;

/** What any route that takes an Idempotency-Key may answer. */
export const withKey = ['idempotency.conflict', 'service.outcome_unknown'] as const;

/** What it may answer where the first answer is kept: a repetition has to wait for it. */
export const withStoredKey = [...withKey, 'idempotency.in_progress'] as const;

/** Documents a route that needs a token: these errors, and those that any such route may answer. */
export const Problems = (...codes: ErrorCode[]) =>
  applyDecorators(ApiBearerAuth('bearer'), ...responses([...forCallers, ...codes, ...everywhere]));

/** Likewise for a route that answers without a token. */
export const PublicProblems = (...codes: ErrorCode[]) =>
  applyDecorators(...responses([...codes, ...everywhere]));

/** Documents a route that answers these errors and no others. */
export const OnlyProblems = (...codes: ErrorCode[]) => applyDecorators(...responses(codes));

/** One response a status, which lists its codes; each code is one of the document's examples. */
function responses(codes: readonly ErrorCode[]): MethodDecorator[] {
  const kinds = new Set(codes.map((code): ErrorKind => errorCodes[code][0]));
  return [...kinds].map((kind) => {
    const those = codes.filter((code) => errorCodes[code][0] === kind);
    const examples = those.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
    return ApiResponse({
      status: statusOf(kind),
      description: those.map((code) => `\`${code}\`: ${errorCodes[code][1]}`).join('\n\n'),
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(examples) as Record<string, { $ref: string }>,
        },
      },
    });
  });
}
