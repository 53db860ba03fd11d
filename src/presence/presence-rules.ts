import type { Device } from '../mailbox/devices.js';
import type { Whereabout } from '../mailbox/whereabouts.js';

/** What users say of themselves. Whoever is `invisible` or `offline` is not seen. */
export const statuses = ['online', 'away', 'busy', 'invisible', 'offline'] as const;
export type Status = (typeof statuses)[number];
/** What others see. */
export type ShownStatus = Exclude<Status, 'invisible'>;
/** What of it is said of the user, and kept: `away` is said of a device, and `online` says no more than that. */
export type Choice = Exclude<Status, 'away'>;

export interface StatusText {
  readonly statusText: string | null;
  readonly statusTextUntil: Date | null;
}

/** What is kept of a user. */
export interface StoredPresence extends StatusText {
  readonly userId: string;
  readonly status: Choice;
  readonly showsLastSeen: boolean;
  /** When others could see the user last, before this time of being there. */
  readonly lastSeenAt: Date | null;
  /** What others were told last. */
  readonly shownStatus: ShownStatus;
  readonly shownText: string | null;
}

/** Of whom nothing is kept. */
export const unspokenOf = (userId: string): StoredPresence => ({
  userId,
  status: 'online',
  statusText: null,
  statusTextUntil: null,
  showsLastSeen: true,
  lastSeenAt: null,
  shownStatus: 'offline',
  shownText: null,
});

export const choiceOf = (status: Status): Choice => (status === 'away' ? 'online' : status);

const isHidden = (choice: Choice): boolean => choice === 'invisible' || choice === 'offline';

/** All devices folded into the one status that others see: somebody is away when nobody is at any of their devices. */
export function statusOf(choice: Choice, devices: readonly Device[]): ShownStatus {
  if (isHidden(choice) || devices.length === 0) return 'offline';
  if (choice === 'busy') return 'busy';
  return devices.every(({ isIdle }) => isIdle) ? 'away' : 'online';
}

/** What the user sees of themselves: what they have chosen, or how their devices are. */
export const ownStatusOf = (choice: Choice, devices: readonly Device[]): Status =>
  choice === 'online' ? statusOf(choice, devices) : choice;

/** The text, until it ends. */
export const textAt = ({ statusText, statusTextUntil }: StatusText, now: Date): string | null =>
  statusTextUntil && statusTextUntil <= now ? null : statusText;

export interface Seen {
  readonly status: ShownStatus;
  readonly devices: readonly Device[];
  readonly lastSeenAt: Date | null;
}

/** What others see at this moment. Between two connections that follow each other soon, what they were told holds. */
export function seenBy(stored: StoredPresence, { devices, isLeaving, leftMs }: Whereabout): Seen {
  const lastSeenAt = stored.showsLastSeen ? stored.lastSeenAt : null;
  if (isHidden(stored.status)) return { status: 'offline', devices: [], lastSeenAt };
  if (isLeaving) return { status: stored.shownStatus, devices, lastSeenAt };
  const status = statusOf(stored.status, devices);
  // The others are just being told.
  const hasLeft = status === 'offline' && stored.shownStatus !== 'offline' && leftMs !== undefined;
  return { status, devices, lastSeenAt: hasLeft && stored.showsLastSeen ? new Date(leftMs) : lastSeenAt };
}
