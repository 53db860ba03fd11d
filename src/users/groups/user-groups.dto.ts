import { z } from 'zod';
import { idInputSchema, idSchema, pageSchema, text, timestampSchema } from '../../platform/http/schemas.js';

export const createUserGroupSchema = z
  .strictObject({
    name: text(1, 80)
      .regex(/\S/, 'must not be blank')
      .meta({ description: '1 to 80 characters.', examples: ['Warehouse'] }),
  })
  .meta({ id: 'CreateUserGroup' });
export type CreateUserGroup = z.infer<typeof createUserGroupSchema>;

export const addGroupMembersSchema = z
  .strictObject({ userIds: z.array(idInputSchema).min(1).max(1_000) })
  .meta({ id: 'AddUserGroupMembers', description: 'Users who shall be in it too, at most 1,000 at a time.' });
export type AddGroupMembers = z.infer<typeof addGroupMembersSchema>;

export const userGroupSchema = z
  .object({
    id: idSchema,
    name: z.string().meta({ examples: ['Warehouse'] }),
    memberCount: z.int().meta({ examples: [204] }),
    createdAt: timestampSchema,
  })
  .meta({ id: 'UserGroup', description: 'Users under one name, for audiences of broadcasts.' });
export type UserGroupView = z.infer<typeof userGroupSchema>;

export const userGroupResponseSchema = z
  .object({ userGroup: userGroupSchema })
  .meta({ id: 'UserGroupResponse' });
export type UserGroupResponse = z.infer<typeof userGroupResponseSchema>;

export const userGroupPageSchema = pageSchema(userGroupSchema).meta({ id: 'UserGroupPage' });
export type UserGroupPage = z.infer<typeof userGroupPageSchema>;

export const groupMemberPageSchema = pageSchema(
  z
    .object({ userId: idSchema, joinedAt: timestampSchema })
    .meta({ id: 'UserGroupMember', description: 'Who is in a group of users, and since when.' }),
).meta({ id: 'UserGroupMemberPage' });
export type GroupMemberPage = z.infer<typeof groupMemberPageSchema>;
