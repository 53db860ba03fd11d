import { ChatError, notFound } from '../platform/errors/chat-error.js';
import type { ContactRow, ContactStatus } from '../users/contacts/contact.entity.js';

/** What two users have to do with each other, while what may change is locked. */
export interface Pair {
  readonly userId: string;
  readonly otherId: string;
  readonly mine: ContactRow | null;
  readonly theirs: ContactRow | null;
  /** Whether the one has blocked the other. */
  readonly hasBlocked: boolean;
  /** Whether either has blocked the other: then neither learns what the other one does. */
  readonly isApart: boolean;
  readonly now: Date;
}

/** What is to be stored; what is absent stays as it is. */
export interface PairChange {
  readonly mine?: ContactRow;
  readonly theirs?: ContactRow;
}

/** What a user notes of a contact; what is undefined stays as it is. */
export interface ContactNotes {
  readonly note?: string | null | undefined;
  readonly favourite?: boolean | undefined;
  readonly remind?: boolean | undefined;
}

const nothingNoted = { note: null, favourite: false, remind: false };

/** Nobody is asked. Throws `contact.not_allowed` for a new contact whom the user has blocked. */
export function put(pair: Pair, notes: ContactNotes): PairChange {
  if (pair.mine?.status !== 'contact') requireNotBlocked(pair);
  return changed(pair, 'contact', notes);
}

/**
 * A new contact is asked first, unless they have asked, or have the user in their list. A blocked user asks in vain, and
 * does not learn that. Throws `contact.not_allowed` for a new contact whom the user has blocked.
 */
export function ask(pair: Pair, notes: ContactNotes): PairChange {
  const { mine, theirs, isApart } = pair;
  if (mine?.status === 'contact') return changed(pair, 'contact', notes);
  requireNotBlocked(pair);
  if (!isApart && theirs?.status === 'asked') return { ...accept(pair), ...changed(pair, 'contact', notes) };
  return changed(pair, !isApart && theirs?.status === 'contact' ? 'contact' : 'asked', notes);
}

/** Takes a contact off the list, and ends a request of mine. Where contacts have each other, they lose each other. */
export function remove({ mine, theirs, now }: Pair, isMutual: boolean): PairChange {
  if (mine?.status === 'asked') return { mine: over(mine, now) };
  if (mine?.status !== 'contact') return {};
  return {
    mine: over(mine, now),
    ...(isMutual && theirs?.status === 'contact' && { theirs: over(theirs, now) }),
  };
}

/** Both have each other from then on. Throws `contact_request.not_found` where the user was not asked. */
export function accept(pair: Pair): PairChange {
  const { mine, theirs, now } = pair;
  if (mine?.status === 'contact' && theirs?.status === 'contact') return {};
  const asked = requireAsked(pair);
  return {
    theirs: { ...asked, status: 'contact', since: now, changedAt: after(asked, now) },
    ...changed(pair, 'contact', {}),
  };
}

/** Again changes nothing. Throws `contact_request.not_found` where the user was never asked. */
export function decline(pair: Pair): PairChange {
  if (pair.theirs?.status === 'ended' && !pair.isApart) return {};
  return { theirs: over(requireAsked(pair), pair.now) };
}

/** Again changes nothing. Throws `contact_request.not_found` where the user never asked. */
export function cancel({ mine, now }: Pair): PairChange {
  if (mine?.status === 'asked') return { mine: over(mine, now) };
  if (mine?.status === 'ended') return {};
  throw notFound('contact_request');
}

/** Whether it counts: a contact, or a request that waits. */
export const stands = (contact: ContactRow | null): boolean =>
  contact?.status === 'contact' || contact?.status === 'asked';

function requireAsked({ theirs, isApart }: Pair): ContactRow {
  if (isApart || theirs?.status !== 'asked') throw notFound('contact_request');
  return theirs;
}

function requireNotBlocked({ hasBlocked }: Pair): void {
  if (hasBlocked)
    throw new ChatError(
      'forbidden',
      'contact.not_allowed',
      'You have blocked this user: unblock them first.',
    );
}

function changed(
  { userId, otherId, mine, now }: Pair,
  status: ContactStatus,
  notes: ContactNotes,
): PairChange {
  const before = stands(mine) ? mine : null;
  const { note, favourite, remind } = { ...nothingNoted, ...before, ...given(notes) };
  const isSame =
    before?.status === status &&
    before.note === note &&
    before.favourite === favourite &&
    before.remind === remind;
  if (isSame) return {};
  const since = before?.status === status ? before.since : now;
  return {
    mine: { userId, contactId: otherId, status, note, favourite, remind, since, changedAt: after(mine, now) },
  };
}

const given = (notes: ContactNotes): Partial<ContactRow> =>
  Object.fromEntries(Object.entries(notes).filter(([, value]) => value !== undefined));

/** Of what is over nothing is kept but that it is. */
const over = (contact: ContactRow, now: Date): ContactRow => ({
  ...contact,
  ...nothingNoted,
  status: contact.status === 'asked' ? 'ended' : 'removed',
  since: now,
  changedAt: after(contact, now),
});

/** Of two changes the later has the later time, also within a millisecond or when the clock goes back. */
const after = (before: ContactRow | null, now: Date): Date =>
  before && before.changedAt >= now ? new Date(before.changedAt.getTime() + 1) : now;
