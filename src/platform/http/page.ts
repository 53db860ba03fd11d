import { z } from 'zod';
import { invalid } from '../errors/chat-error.js';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * A page out of `limit + 1` rows: the extra row only tells that there is more. `keyOf` names what the rows are ordered by;
 * it becomes the cursor, opaque to clients.
 */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => string,
  view: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null,
  };
}

/** Opaque to clients; `readCursor` gives the key back. */
export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');

/** The key that a cursor holds. Throws `request.invalid` for what never was one. */
export function readCursor(cursor: string | undefined, key: z.ZodType<string>): string | undefined {
  if (cursor === undefined) return undefined;
  const parsed = key.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (!parsed.success)
    throw invalid('The cursor is none of this list.', [{ path: 'cursor', message: 'is no cursor' }]);
  return parsed.data;
}
