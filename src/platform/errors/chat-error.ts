/** What went wrong, for whoever must react: one kind has one HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported'
  | 'unsatisfiable'
  | 'unprocessable'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

export interface FieldError {
  /** Dotted path into the body, query or command: `attachments.0`. */
  readonly path: string;
  readonly message: string;
}

/** How much of a rate is left to whoever asks. */
export interface RateStanding {
  readonly limit: number;
  /** How many more may come at once. */
  readonly remaining: number;
  /** Seconds until all of them may come again. */
  readonly resetSeconds: number;
}

export interface ChatErrorOptions {
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  readonly rate?: RateStanding;
  readonly errors?: readonly FieldError[];
  readonly cause?: unknown;
}

/** Every failure that a client may learn of. The code is part of the contract; the detail is for people. */
export class ChatError extends Error {
  override readonly name: string = 'ChatError';
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly rate: RateStanding | undefined;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    readonly detail: string,
    options: ChatErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.retryable = options.retryable ?? (kind === 'unavailable' || kind === 'rate_limited');
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rate = options.rate;
    this.errors = options.errors;
  }
}

export const invalid = (detail: string, errors?: readonly FieldError[]): ChatError =>
  new ChatError('invalid', 'request.invalid', detail, { errors });

/** Also for what exists but may not be seen: the two must not be told apart. */
export const notFound = (kind: string): ChatError =>
  new ChatError('not_found', `${kind}.not_found`, `There is no such ${kind}.`);

/** Surely not done: the caller may simply try again. */
export const unavailable = (detail: string, cause?: unknown): ChatError =>
  new ChatError('unavailable', 'service.unavailable', detail, { cause, retryAfterSeconds: 1 });

/** Perhaps done: the caller must retry with the same clientId or Idempotency-Key. */
export const outcomeUnknown = (cause?: unknown): ChatError =>
  new ChatError(
    'unavailable',
    'service.outcome_unknown',
    'The outcome is not known; try again with the same clientId or key.',
    {
      cause,
      retryAfterSeconds: 1,
    },
  );
