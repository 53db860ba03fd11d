import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Memberships } from '../conversations/memberships.js';
import { invalid, notFound } from '../platform/errors/chat-error.js';
import { parseId } from '../platform/http/schemas.js';
import { UserGroupsService } from '../users/groups/user-groups.service.js';
import { UsersService } from '../users/users.service.js';
import {
  type Audience,
  type Candidate,
  conversationsIn,
  groupsIn,
  isSimpleEnough,
  usersIn,
} from './audience.js';
import { toCondition } from './audience-sql.js';
import type { Broadcast } from './broadcast.entity.js';

/** One whom a broadcast is for. */
export interface Addressee {
  readonly id: string;
  readonly locale: string | null;
  readonly hasAcknowledged: boolean;
}

/** Says who is in an audience, as MySQL has it now. */
@Injectable()
export class Audiences {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly memberships: Memberships,
    private readonly groups: UserGroupsService,
  ) {}

  /** Throws what `requireSound` throws, and `request.invalid` where it names nobody. */
  async require(audience: Audience): Promise<void> {
    await this.requireSound(audience);
    const { sql, parameters } = toCondition(audience);
    const found: unknown[] = await this.dataSource.query(`SELECT 1 FROM users u WHERE ${sql} LIMIT 1`, [
      ...parameters,
    ]);
    if (found.length === 0) throw wrong('names nobody');
  }

  /**
   * Throws `user.not_found`, `user_group.not_found` and `conversation.not_found` for what it names and does not exist,
   * `request.invalid` where it is too entangled.
   */
  private async requireSound(audience: Audience): Promise<void> {
    if (!isSimpleEnough(audience)) throw wrong('combines too much');
    await this.requireThere('user', usersIn(audience));
    await this.requireThere('user_group', groupsIn(audience));
    await this.requireThere('conversation', conversationsIn(audience));
  }

  /** How many it is now, perhaps none. Throws what `requireSound` throws. */
  async preview(audience: Audience): Promise<number> {
    await this.requireSound(audience);
    return this.count(audience);
  }

  async count(audience: Audience, asOf?: Date): Promise<number> {
    const { sql, parameters } = toCondition(audience, asOf);
    const rows: { count: string }[] = await this.dataSource.query(
      `SELECT COUNT(*) AS count FROM users u WHERE ${sql}`,
      [...parameters],
    );
    return Number(rows[0]?.count ?? 0);
  }

  /**
   * Which of some users a broadcast is for, how they read, and whether each has acknowledged it. With `orHave`, also those who have got
   * it and are not in the audience any more.
   */
  async among(
    broadcast: Broadcast,
    userIds: readonly string[],
    { orHave }: { readonly orHave: boolean },
  ): Promise<Addressee[]> {
    const { sql, parameters } = toCondition(broadcast.audience, asOf(broadcast));
    const rows: (Omit<Addressee, 'hasAcknowledged'> & { hasAcknowledged: number })[] =
      await this.dataSource.query(
        `SELECT u.id, u.locale, r.acknowledgedAt IS NOT NULL AS hasAcknowledged FROM users u
       LEFT JOIN broadcast_receipts r ON r.broadcastId = ? AND r.userId = u.id
       WHERE u.id IN (?) AND ((${sql}) ${orHave ? 'OR r.userId IS NOT NULL' : ''})`,
        [broadcast.id, userIds, ...parameters],
      );
    return rows.map((row) => ({ ...row, hasAcknowledged: Number(row.hasAcknowledged) === 1 }));
  }

  /** What the rules of these broadcasts have to know of a user; undefined when there is no such user. */
  async candidate(userId: string, broadcasts: readonly Broadcast[]): Promise<Candidate | undefined> {
    const conversationIds = [...new Set(broadcasts.flatMap(({ audience }) => conversationsIn(audience)))];
    const groupIds = [...new Set(broadcasts.flatMap(({ audience }) => groupsIn(audience)))];
    const [user, inGroupSince, members] = await Promise.all([
      this.users.findById(userId),
      this.groups.memberSince(userId, groupIds),
      this.memberships.among(userId, conversationIds),
    ]);
    if (!user) return undefined;
    const memberSince = new Map([...members].map(([id, { joinedAt }]) => [id, joinedAt]));
    return { id: user.id, role: user.role, createdAt: user.createdAt, inGroupSince, memberSince };
  }

  private async requireThere(kind: keyof typeof present, ids: readonly string[]): Promise<void> {
    const wanted = [...new Set(ids.map((id) => parseId(kind, id)))];
    if (wanted.length === 0) return;
    const rows: { count: string }[] = await this.dataSource.query(present[kind], [wanted]);
    if (Number(rows[0]?.count) < wanted.length) throw notFound(kind);
  }
}

const present = {
  user: 'SELECT COUNT(*) AS count FROM users WHERE id IN (?) AND disabledAt IS NULL',
  user_group: 'SELECT COUNT(*) AS count FROM user_groups WHERE id IN (?)',
  conversation: 'SELECT COUNT(*) AS count FROM conversations WHERE id IN (?) AND deletedAt IS NULL',
};

/** When somebody had to be in the audience; undefined: now. */
export const asOf = ({ isFixed, publishedAt }: Broadcast): Date | undefined =>
  isFixed ? (publishedAt ?? undefined) : undefined;

const wrong = (message: string) => invalid('This can’t be an audience.', [{ path: 'audience', message }]);
