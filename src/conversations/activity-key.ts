import { z } from 'zod';
import type { ActivityKey } from './conversations.store.js';

/** Where a page of conversations in the order of their activity ended: milliseconds, then the id. */
export const activityKeySchema = z.string().regex(/^\d{1,15}:\d{1,19}$/);

export const formatActivityKey = ({ changedAt, id }: ActivityKey): string => `${changedAt.getTime()}:${id}`;

export function parseActivityKey(key: string): ActivityKey {
  const [ms = '0', id = '0'] = key.split(':');
  return { changedAt: new Date(Number(ms)), id };
}
