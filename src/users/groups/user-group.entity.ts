import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Users under one name, as a company sorts its people: whom broadcasts are for, and nothing else. */
@Entity('user_groups')
export class UserGroup {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'varchar', length: 80 })
  name!: string;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}

@Entity('user_group_members')
export class UserGroupMember {
  @PrimaryColumn({ type: 'bigint' })
  groupId!: string;

  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @Column({ type: 'datetime', precision: 3 })
  joinedAt!: Date;
}
