import type { Due } from '../mailbox/presence-looks.js';
import { type ShownStatus, type StoredPresence, statusOf, textAt } from './presence-rules.js';

/** What others are told of a user. */
export interface Told {
  readonly status: ShownStatus;
  readonly statusText: string | null;
  readonly lastSeenAt: Date | null;
}

/** What a look at a user has found. */
export interface Look {
  readonly due: Due;
  readonly stored: StoredPresence;
  readonly told: Told;
  /** Others have to be told. */
  readonly isNews: boolean;
  /** The user has come or gone, as others see it. */
  readonly hasTurned: boolean;
  /** When to look again by itself. */
  readonly nextLookMs: number | undefined;
}

/**
 * Compares what there is to see of a user with what others were told last. Whoever disappears, by leaving or by hiding,
 * was last seen then; what happens while nobody sees them changes nothing of that.
 */
export function lookAt(due: Due, stored: StoredPresence): Look {
  const now = new Date(due.nowMs);
  const before = due.told === undefined ? toldIn(stored) : decodeTold(due.told);
  const status = statusOf(stored.status, due.devices);
  const statusText = textAt(stored, now);
  const disappears = before.status !== 'offline' && status === 'offline';
  const left = due.devices.length === 0 && due.leftMs !== undefined ? new Date(due.leftMs) : now;
  const textEndsMs = statusText === null ? undefined : stored.statusTextUntil?.getTime();
  return {
    due,
    stored,
    told: { status, statusText, lastSeenAt: disappears ? left : before.lastSeenAt },
    hasTurned: (before.status === 'offline') !== (status === 'offline'),
    isNews: status !== before.status || statusText !== before.statusText,
    nextLookMs: textEndsMs === undefined ? undefined : textEndsMs - due.nowMs,
  };
}

const toldIn = ({ shownStatus, shownText, lastSeenAt }: StoredPresence): Told => ({
  status: shownStatus,
  statusText: shownText,
  lastSeenAt,
});

export const encodeTold = (told: Told): string => JSON.stringify(told);

export function decodeTold(text: string): Told {
  const told = JSON.parse(text) as Omit<Told, 'lastSeenAt'> & { lastSeenAt: string | null };
  return { ...told, lastSeenAt: told.lastSeenAt === null ? null : new Date(told.lastSeenAt) };
}
