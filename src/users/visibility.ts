import type { Principal } from '../platform/http/principal.js';

/** Whether the whole directory is open to this caller. */
export const seesEveryone = (viewer: Principal): boolean => viewer.role !== 'guest';

/**
 * Whether one user may see another. Guests see themselves and whom they share a conversation with; the caller of this
 * rule knows about conversations, users do not.
 */
export const maySee = (viewer: Principal, userId: string, sharesConversation = false): boolean =>
  seesEveryone(viewer) || viewer.userId === userId || sharesConversation;

/** Whether the address is shown too. */
export const maySeeEmail = (viewer: Pick<Principal, 'userId' | 'role'>, userId: string): boolean =>
  viewer.userId === userId || viewer.role === 'admin';
