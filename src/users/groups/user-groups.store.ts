import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, In, MoreThan, Repository } from 'typeorm';
import { inTransaction } from '../../platform/database/transaction.js';
import { UserGroup, UserGroupMember } from './user-group.entity.js';

@Injectable()
export class UserGroupsStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(UserGroup) private readonly groups: Repository<UserGroup>,
    @InjectRepository(UserGroupMember) private readonly members: Repository<UserGroupMember>,
  ) {}

  find(id: string): Promise<UserGroup | null> {
    return this.groups.findOneBy({ id });
  }

  /** Oldest first. */
  findPage(after: string | undefined, limit: number): Promise<UserGroup[]> {
    return this.groups.find({
      where: after === undefined ? {} : { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  count(): Promise<number> {
    return this.groups.count();
  }

  async insert(group: UserGroup): Promise<void> {
    await this.groups.insert(group);
  }

  async rename(id: string, name: string): Promise<void> {
    await this.groups.update({ id }, { name });
  }

  /** The group and that users are in it. */
  async remove(id: string): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await manager.delete(UserGroup, { id });
      await manager.delete(UserGroupMember, { groupId: id });
    });
  }

  /** How many are in each. */
  async countMembers(groupIds: readonly string[]): Promise<Map<string, number>> {
    if (groupIds.length === 0) return new Map();
    const rows: { groupId: string; count: string }[] = await this.dataSource.query(
      'SELECT groupId, COUNT(*) AS count FROM user_group_members WHERE groupId IN (?) GROUP BY groupId',
      [groupIds],
    );
    return new Map(rows.map(({ groupId, count }) => [groupId, Number(count)]));
  }

  /** In the order of their ids. */
  findMembers(groupId: string, after: string | undefined, limit: number): Promise<UserGroupMember[]> {
    return this.members.find({
      where: { groupId, ...(after !== undefined && { userId: MoreThan(after) }) },
      order: { userId: 'ASC' },
      take: limit,
    });
  }

  /** A user's, among some groups. */
  async membershipsOf(userId: string, groupIds: readonly string[]): Promise<UserGroupMember[]> {
    return groupIds.length === 0 ? [] : this.members.findBy({ userId, groupId: In([...groupIds]) });
  }

  /** Who is in it already stays since when they were. Nobody comes into a group that is removed meanwhile. */
  async addMembers(groupId: string, userIds: readonly string[]): Promise<void> {
    await this.dataSource.query(
      `INSERT IGNORE INTO user_group_members (groupId, userId, joinedAt)
       SELECT g.id, u.id, UTC_TIMESTAMP(3) FROM user_groups g JOIN users u ON u.id IN (?) WHERE g.id = ?`,
      [userIds, groupId],
    );
  }

  async removeMember(groupId: string, userId: string): Promise<void> {
    await this.members.delete({ groupId, userId });
  }
}
