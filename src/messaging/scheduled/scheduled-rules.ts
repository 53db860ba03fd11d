import { ChatError, invalid } from '../../platform/errors/chat-error.js';
import { toChatError } from '../../platform/errors/translate.js';

/** Of one user: waiting, being sent or refused. */
const MAX_SCHEDULED = 100;
const MAX_AHEAD_MS = 366 * 24 * 3_600_000;
/** Attempts after which a send that fails for an unknown reason counts as refused. */
const MAX_ATTEMPTS = 5;
const MAX_RETRY_MS = 60_000;

/** Throws `request.invalid` for a time that has passed, or is too far away. */
export function requireSendAt(sendAt: Date, now: Date): void {
  const ahead = sendAt.getTime() - now.getTime();
  if (ahead > 0 && ahead <= MAX_AHEAD_MS) return;
  const message = ahead > 0 ? 'must be within a year' : 'must be in the future';
  throw invalid('The time can’t be scheduled.', [{ path: 'sendAt', message }]);
}

export function requireRoom(scheduled: number): void {
  if (scheduled >= MAX_SCHEDULED)
    throw new ChatError(
      'conflict',
      'scheduled_message.too_many',
      `A user has at most ${MAX_SCHEDULED} scheduled messages.`,
    );
}

export const notPending = (): ChatError =>
  new ChatError(
    'conflict',
    'scheduled_message.not_pending',
    'It is being sent, was sent, or was cancelled: it can’t be changed any more.',
  );

/** What becomes of a scheduled message whose send has failed. */
export type Failure =
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'retry'; readonly afterMs: number };

/** What a store's absence or an unforeseen error stopped is tried again, later each time; what was refused stays so. */
export function failureOf(thrown: unknown, attempts: number): Failure {
  const { kind, code, retryable } = toChatError(thrown);
  const isUnforeseen = kind === 'internal' && attempts < MAX_ATTEMPTS;
  if (!retryable && !isUnforeseen) return { kind: 'refused', problem: code };
  return { kind: 'retry', afterMs: Math.min(1_000 * 2 ** (attempts - 1), MAX_RETRY_MS) };
}
