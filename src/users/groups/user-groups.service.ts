import { Injectable } from '@nestjs/common';
import { ChatError, notFound } from '../../platform/errors/chat-error.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import { type PageQuery, idSchema, parseId } from '../../platform/http/schemas.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import { UsersService } from '../users.service.js';
import type { UserGroup } from './user-group.entity.js';
import type {
  AddGroupMembers,
  CreateUserGroup,
  GroupMemberPage,
  UserGroupPage,
  UserGroupView,
} from './user-groups.dto.js';
import { UserGroupsStore } from './user-groups.store.js';

const MOST_GROUPS = 1_000;

/** Groups of users, and who is in them. All that takes an id throws `user_group.not_found`. */
@Injectable()
export class UserGroupsService {
  constructor(
    private readonly store: UserGroupsStore,
    private readonly users: UsersService,
    private readonly ids: IdGenerator,
  ) {}

  async list({ limit, cursor }: PageQuery): Promise<UserGroupPage> {
    const rows = await this.store.findPage(readCursor(cursor, idSchema), limit + 1);
    const counts = await this.store.countMembers(rows.map(({ id }) => id));
    return toPage(
      rows,
      limit,
      ({ id }) => id,
      (group) => toView(group, counts.get(group.id)),
    );
  }

  async get(id: string): Promise<UserGroupView> {
    return this.shown(await this.require(id));
  }

  /** Throws `user_group.too_many`. */
  async create({ name }: CreateUserGroup): Promise<UserGroupView> {
    if ((await this.store.count()) >= MOST_GROUPS)
      throw new ChatError(
        'conflict',
        'user_group.too_many',
        `There are at most ${MOST_GROUPS} groups of users.`,
      );
    const group: UserGroup = { id: this.ids.next(), name, createdAt: new Date() };
    await this.store.insert(group);
    return toView(group);
  }

  async rename(id: string, { name }: CreateUserGroup): Promise<UserGroupView> {
    const group = await this.require(id);
    await this.store.rename(group.id, name);
    return this.shown(Object.assign(group, { name }));
  }

  /** Audiences that name it go on with nobody in it. */
  async remove(id: string): Promise<void> {
    await this.store.remove((await this.require(id)).id);
  }

  async members(id: string, { limit, cursor }: PageQuery): Promise<GroupMemberPage> {
    const group = await this.require(id);
    const rows = await this.store.findMembers(group.id, readCursor(cursor, idSchema), limit + 1);
    return toPage(
      rows,
      limit,
      ({ userId }) => userId,
      ({ userId, joinedAt }) => ({ userId, joinedAt: joinedAt.toISOString() }),
    );
  }

  /** All of them, or with `user.not_found` none. Who is in it already stays. */
  async addMembers(id: string, { userIds }: AddGroupMembers): Promise<void> {
    const group = await this.require(id);
    const wanted = [...new Set(userIds.map((userId) => parseId('user', userId)))];
    if ((await this.users.findMany(wanted)).size < wanted.length) throw notFound('user');
    await this.store.addMembers(group.id, wanted);
  }

  /** Who is not in it is removed already. Throws `user.not_found` for what is no id. */
  async removeMember(id: string, userId: string): Promise<void> {
    const group = await this.require(id);
    await this.store.removeMember(group.id, parseId('user', userId));
  }

  /** Since when a user is in some groups; those that they are not in are absent. */
  async memberSince(userId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const rows = await this.store.membershipsOf(userId, groupIds);
    return new Map(rows.map(({ groupId, joinedAt }) => [groupId, joinedAt]));
  }

  private async shown(group: UserGroup): Promise<UserGroupView> {
    return toView(group, (await this.store.countMembers([group.id])).get(group.id));
  }

  private async require(id: string): Promise<UserGroup> {
    const group = await this.store.find(parseId('user_group', id));
    if (!group) throw notFound('user_group');
    return group;
  }
}

const toView = ({ id, name, createdAt }: UserGroup, memberCount = 0): UserGroupView => ({
  id,
  name,
  memberCount,
  createdAt: createdAt.toISOString(),
});
