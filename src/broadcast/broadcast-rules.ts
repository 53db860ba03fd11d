import { ChatError, invalid } from '../platform/errors/chat-error.js';
import type { Role } from '../platform/http/principal.js';
import type { BroadcastReceipt } from './broadcast-receipt.entity.js';
import type { Broadcast } from './broadcast.entity.js';
import type { BroadcastView, CreateBroadcast, broadcastStates } from './broadcasts.dto.js';
import { type Variants, variantFor } from './variants.js';

const MAX_BODY_BYTES = 16 * 1024;
const MAX_AHEAD_MS = 366 * 24 * 3_600_000;
/** Scheduled and published ones that have not ended, at a time: whoever comes is shown all that are for them. */
const MAX_STANDING = 200;
/** Far beyond any expiry. */
const NEVER = new Date('9999-12-31T00:00:00.000Z');

export const mayPublish = (role: Role): boolean => role === 'admin' || role === 'service';

/** Throws `broadcast.too_long`. */
export function requireShortBodies({ body, variants }: Pick<Broadcast, 'body' | 'variants'>): void {
  const bodies = [body, ...Object.values(variants ?? {}).map((variant) => variant.body)];
  if (bodies.every((one) => Buffer.byteLength(one) <= MAX_BODY_BYTES)) return;
  throw new ChatError(
    'too_large',
    'broadcast.too_long',
    `A broadcast has at most ${MAX_BODY_BYTES} bytes of text in each language.`,
  );
}

/** As they are stored: none is the same as an empty list of them. */
export function toVariants(given: CreateBroadcast['variants']): Variants | null {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([locale, { title = null, body }]) => [locale, { title, body }]));
}

export function requireRoom(standing: number): void {
  if (standing >= MAX_STANDING)
    throw new ChatError(
      'conflict',
      'broadcast.too_many',
      `At most ${MAX_STANDING} broadcasts can wait or be current at a time.`,
    );
}

/** Throws `request.invalid` for an end that is past or not after the start, and for a start that is too far away. */
export function requireTimes(
  { startsAt, expiresAt }: Pick<Broadcast, 'startsAt' | 'expiresAt'>,
  now: Date,
): void {
  const wrong = (path: string, message: string) =>
    invalid('A broadcast must start before it ends.', [{ path, message }]);
  if (startsAt && startsAt.getTime() > now.getTime() + MAX_AHEAD_MS)
    throw wrong('startsAt', 'must be within a year');
  if (!expiresAt) return;
  if (expiresAt <= now) throw wrong('expiresAt', 'must be in the future');
  if (startsAt && expiresAt <= startsAt) throw wrong('expiresAt', 'must be after the start');
}

export const endOf = ({ expiresAt }: Pick<Broadcast, 'expiresAt'>): Date => expiresAt ?? NEVER;

export const isPublished = ({ number }: Broadcast): boolean => number !== null;

/** Whether somebody who comes now may get it. */
export const isCurrent = (broadcast: Broadcast, now: Date): boolean =>
  isPublished(broadcast) && broadcast.recalledAt === null && broadcast.endsAt > now;

/** Whether it belongs into the offline pool of somebody it is for. */
export const isDue = (
  { requireAck, isForConnected }: Broadcast,
  receipt: BroadcastReceipt | undefined,
): boolean => (receipt ? requireAck && receipt.acknowledgedAt === null : !isForConnected);

export function stateOf(broadcast: Broadcast, now: Date): (typeof broadcastStates)[number] {
  if (broadcast.recalledAt) return isPublished(broadcast) ? 'recalled' : 'cancelled';
  if (!isPublished(broadcast)) return 'scheduled';
  return broadcast.endsAt > now ? 'published' : 'expired';
}

/** Who reads a broadcast: what they did about it, and in which language they read. */
export interface Reader {
  readonly receipt?: BroadcastReceipt | undefined;
  readonly locale?: string | null;
}

/** As one reader sees it. What was recalled shows nothing of what it said. */
export function toBroadcastView(
  broadcast: Broadcast,
  { receipt, locale = null }: Reader = {},
): BroadcastView {
  const { recalledAt, variants } = broadcast;
  const chosen = recalledAt ? undefined : variantFor(variants, locale);
  const { title, body } = (chosen !== undefined && variants?.[chosen]) || broadcast;
  return {
    id: broadcast.id,
    title: recalledAt ? null : title,
    body: recalledAt ? '' : body,
    locale: chosen ?? null,
    level: broadcast.level,
    link: recalledAt ? null : broadcast.link,
    attachments: recalledAt ? [] : [...(broadcast.attachments ?? [])],
    requireAck: broadcast.requireAck,
    startsAt: broadcast.startsAt?.toISOString() ?? null,
    expiresAt: broadcast.expiresAt?.toISOString() ?? null,
    recalledAt: recalledAt?.toISOString() ?? null,
    remindedAt: broadcast.remindedAt?.toISOString() ?? null,
    acknowledgedAt: receipt?.acknowledgedAt?.toISOString() ?? null,
    createdAt: broadcast.createdAt.toISOString(),
    updatedAt: broadcast.updatedAt.toISOString(),
  };
}

/** As those see it who may publish: what was recalled stays on record, with the names of its files. */
export const toManagedView = (broadcast: Broadcast): BroadcastView => ({
  ...toBroadcastView(broadcast),
  title: broadcast.title,
  body: broadcast.body,
  link: broadcast.link,
  attachments: [...(broadcast.attachments ?? [])],
  variants: broadcast.variants,
  state: stateOf(broadcast, new Date()),
  audience: broadcast.audience,
  isFixed: broadcast.isFixed,
  isForConnected: broadcast.isForConnected,
  authorId: broadcast.authorId,
  publishedAt: broadcast.publishedAt?.toISOString() ?? null,
});
