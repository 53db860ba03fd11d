import { Injectable } from '@nestjs/common';
import type { PresenceNews } from '../mailbox/presence-looks.js';
import { type Whereabout, Whereabouts } from '../mailbox/whereabouts.js';
import { Acquaintances } from '../users/acquaintances.js';

/** Whom news of a user concern. */
export type Concerned = Pick<PresenceNews, 'hearers' | 'except'>;

export const NOBODY: Concerned = { hearers: new Map(), except: [] };

/** Who is told of users without having asked, where they are connected, and who must not be told. */
@Injectable()
export class Hearers {
  constructor(
    private readonly acquaintances: Acquaintances,
    private readonly whereabouts: Whereabouts,
  ) {}

  /** By user. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, Concerned>> {
    const [hearers, apart] = await Promise.all([
      this.acquaintances.hearersOf(userIds),
      this.acquaintances.apartFrom(userIds),
    ]);
    const where = await this.whereabouts.of(new Set([...hearers.values()].flatMap((users) => [...users])));
    return new Map(
      userIds.map((userId) => [
        userId,
        {
          hearers: byNode(hearers.get(userId) ?? [], where),
          except: [...(apart.get(userId) ?? [])],
        },
      ]),
    );
  }
}

/** Those who are connected, by the nodes that hold their connections. */
function byNode(
  userIds: Iterable<string>,
  where: ReadonlyMap<string, Whereabout>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const userId of userIds) {
    for (const node of where.get(userId)?.nodes ?? []) {
      const users = found.get(node);
      if (users) users.push(userId);
      else found.set(node, [userId]);
    }
  }
  return found;
}
