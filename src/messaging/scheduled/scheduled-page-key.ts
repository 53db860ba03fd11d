import { z } from 'zod';
import type { PageKey } from './scheduled-messages.store.js';

/** Where a page in the order of sending ended: milliseconds, then the id. */
export const pageKeySchema = z.string().regex(/^\d{1,15}:\d{1,19}$/);

export const formatPageKey = ({ sendAt, id }: PageKey): string => `${sendAt.getTime()}:${id}`;

export function parsePageKey(key: string): PageKey {
  const [ms = '0', id = '0'] = key.split(':');
  return { sendAt: new Date(Number(ms)), id };
}
