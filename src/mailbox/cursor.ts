import { ChatError } from '../platform/errors/chat-error.js';

/** A position in a mailbox: milliseconds of MySQL's clock, then a counter within them. */
export interface Position {
  readonly ms: number;
  readonly n: number;
}

/** What a replay from MySQL brings: all changes since a time, or what no device has acknowledged. */
export type ReplayMode = 'changes' | 'pool';

/**
 * A position inside a replay from MySQL. It says all that is needed to go on with the replay on any node, also
 * after a Redis loss; once the replay is over, delivery goes on in the mailbox at `tail`.
 */
export interface ReplayPosition {
  readonly mode: ReplayMode;
  /** Milliseconds; changes from this time on belong to the replay. 0 in mode `pool`. */
  readonly sinceMs: number;
  readonly tail: Position;
  readonly conversationId: string;
  /** All messages of the conversation up to this one were sent, and all of conversations with smaller ids. */
  readonly seq: number;
  readonly replayId: string;
}

/** No conversation's id is above this: what the conversations have brought is not brought again. */
export const AFTER_CONVERSATIONS = '9223372036854775807';

export type Cursor =
  | { readonly kind: 'mailbox'; readonly at: Position }
  | { readonly kind: 'replay'; readonly at: ReplayPosition };

const mailboxForm = /^(\d{1,15})-(\d{1,10})$/;
const replayForm =
  /^(\d{1,15})-0\.([cp])([0-9a-z]{1,9})\.([0-9a-z]{1,7})\.([0-9a-z]{13})\.([0-9a-z]{7})\.([0-9a-z]{4})$/;

export const formatPosition = ({ ms, n }: Position): string => `${ms}-${n}`;

/** Of what `formatPosition` made. */
export function parsePosition(text: string): Position {
  const dash = text.indexOf('-');
  return { ms: Number(text.slice(0, dash)), n: Number(text.slice(dash + 1)) };
}

/** Sorts, as text too, after the cursors of the same replay before it, and before the mailbox's tail that follows it. */
export function formatReplay(at: ReplayPosition): string {
  const conversation = BigInt(at.conversationId).toString(36).padStart(13, '0');
  const seq = at.seq.toString(36).padStart(7, '0');
  const mode = at.mode === 'changes' ? 'c' : 'p';
  return `${at.tail.ms - 1}-0.${mode}${at.sinceMs.toString(36)}.${at.tail.n.toString(36)}.${conversation}.${seq}.${at.replayId}`;
}

/** Undefined when the text is no cursor at all. A forged one is a position like any other: it only moves its owner. */
export function parseCursor(text: string): Cursor | undefined {
  const plain = mailboxForm.exec(text);
  if (plain) return { kind: 'mailbox', at: { ms: Number(plain[1]), n: Number(plain[2]) } };
  const [, beforeTail, mode, since, n, conversation, seq, replayId] = replayForm.exec(text) ?? [];
  if (!beforeTail || !since || !n || !conversation || !seq || !replayId) return undefined;
  return {
    kind: 'replay',
    at: {
      mode: mode === 'c' ? 'changes' : 'pool',
      sinceMs: parseInt(since, 36),
      tail: { ms: Number(beforeTail) + 1, n: parseInt(n, 36) },
      conversationId: fromBase36(conversation),
      seq: parseInt(seq, 36),
      replayId,
    },
  };
}

export function requireCursor(text: string): Cursor {
  const cursor = parseCursor(text);
  if (!cursor) throw new ChatError('invalid', 'cursor.invalid', 'This is not a cursor.');
  return cursor;
}

/** Negative when a comes before b. */
export const comparePositions = (a: Position, b: Position): number => a.ms - b.ms || a.n - b.n;

const fromBase36 = (digits: string): string =>
  Array.from(digits)
    .reduce((sum, digit) => sum * 36n + BigInt(parseInt(digit, 36)), 0n)
    .toString();
