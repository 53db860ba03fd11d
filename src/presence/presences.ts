import { Injectable } from '@nestjs/common';
import { type Whereabout, Whereabouts } from '../mailbox/whereabouts.js';
import { unavailable } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { isId } from '../platform/http/schemas.js';
import { Acquaintances } from '../users/acquaintances.js';
import { UsersService } from '../users/users.service.js';
import { type StoredPresence, ownStatusOf, seenBy, textAt, unspokenOf } from './presence-rules.js';
import type { PresenceView } from './presence.dto.js';
import { PresenceStore } from './presence.store.js';

const NOWHERE: Whereabout = { devices: [], nodes: [], isLeaving: false, leftMs: undefined };

/** Who is there, as each viewer may see it. Everything throws `service.unavailable` while Redis is away. */
@Injectable()
export class Presences {
  constructor(
    private readonly store: PresenceStore,
    private readonly whereabouts: Whereabouts,
    private readonly users: UsersService,
    private readonly acquaintances: Acquaintances,
  ) {}

  /**
   * Of each of these users once, in their order. Who does not exist, or must not be known to the caller, is absent; of
   * whom a block keeps the caller apart is seen what there is to see of somebody who never came.
   */
  async of(caller: Principal, userIds: readonly string[]): Promise<PresenceView[]> {
    return this.ofKnown(caller.userId, await this.known(caller, userIds));
  }

  /** Likewise, of users whom the caller may know of. */
  async ofKnown(viewerId: string, known: readonly string[]): Promise<PresenceView[]> {
    const apart = (await this.acquaintances.apartFrom([viewerId])).get(viewerId);
    const stored = await this.store.findMany(known);
    // Last, so that nothing that others are told from now on is older than this.
    const where = await this.askWhere(known);
    return known.map((userId) => {
      const presence = stored.get(userId) ?? unspokenOf(userId);
      const whereabout = where.get(userId) ?? NOWHERE;
      if (userId === viewerId) return ownView(presence, whereabout);
      return apart?.has(userId) ? view(unspokenOf(userId), NOWHERE) : view(presence, whereabout);
    });
  }

  /** The caller's own. */
  async own({ userId }: Principal): Promise<PresenceView> {
    const stored = await this.store.findMany([userId]);
    const where = await this.askWhere([userId]);
    return ownView(stored.get(userId) ?? unspokenOf(userId), where.get(userId) ?? NOWHERE);
  }

  /** Those of these users who exist and whom the caller may know of, each once. */
  async known(caller: Principal, userIds: readonly string[]): Promise<string[]> {
    const possible = [...new Set(userIds)].filter(isId);
    const visible = await this.users.visibleTo(caller, possible);
    const existing = await this.users.findMany(visible);
    return visible.filter((userId) => existing.has(userId));
  }

  private async askWhere(userIds: readonly string[]): Promise<ReadonlyMap<string, Whereabout>> {
    if (!this.whereabouts.isReachable) throw unavailable('Redis is away: nobody knows who is there.');
    return this.whereabouts.of(userIds);
  }
}

function view(stored: StoredPresence, where: Whereabout): PresenceView {
  const { status, devices, lastSeenAt } = seenBy(stored, where);
  return {
    userId: stored.userId,
    status,
    statusText: textAt(stored, new Date()),
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    devices: devices.map(({ door, isIdle }) => ({ door, idle: isIdle })),
  };
}

/** Nothing is hidden from oneself. */
function ownView(stored: StoredPresence, where: Whereabout): PresenceView {
  const statusText = textAt(stored, new Date());
  return {
    userId: stored.userId,
    status: ownStatusOf(stored.status, where.devices),
    statusText,
    lastSeenAt: stored.lastSeenAt?.toISOString() ?? null,
    devices: where.devices.map(({ door, isIdle }) => ({ door, idle: isIdle })),
    statusTextUntil: statusText === null ? null : (stored.statusTextUntil?.toISOString() ?? null),
    showsLastSeen: stored.showsLastSeen,
  };
}
