import { z } from 'zod';
import type { Member } from '../ledger/member.entity.js';
import { idSchema, pageSchema, seqSchema, timestampSchema } from '../platform/http/schemas.js';

export const roleSchema = z.enum(['owner', 'admin', 'member']);

export const memberSchema = z
  .object({
    userId: idSchema,
    role: roleSchema,
    joinedAt: timestampSchema,
    removedAt: timestampSchema.nullable(),
    mutedUntil: timestampSchema.nullable().meta({
      description: 'Until then the member reads and is not heard; a time that is over means nothing.',
    }),
  })
  .meta({ id: 'Member', description: 'One user’s membership of a conversation.' });
export type MemberView = z.infer<typeof memberSchema>;

export const toMemberView = (member: Member): MemberView => ({
  userId: member.userId,
  role: member.role,
  joinedAt: member.joinedAt.toISOString(),
  removedAt: member.removedAt?.toISOString() ?? null,
  mutedUntil: member.mutedUntil?.toISOString() ?? null,
});

export const memberResponseSchema = z.object({ member: memberSchema }).meta({ id: 'MemberResponse' });
export type MemberResponse = z.infer<typeof memberResponseSchema>;

export const memberPageSchema = pageSchema(memberSchema).meta({ id: 'MemberPage' });
export type MemberPage = z.infer<typeof memberPageSchema>;

export const addMembersSchema = z
  .strictObject({
    userIds: z.array(idSchema).min(1).max(10_000).meta({ description: 'Who is in it already stays as is.' }),
  })
  .meta({ id: 'AddMembers' });
export type AddMembers = z.infer<typeof addMembersSchema>;

export const changeMemberSchema = z.strictObject({ role: roleSchema }).meta({ id: 'ChangeMember' });
export type ChangeMember = z.infer<typeof changeMemberSchema>;

export const memberSettingsSchema = z
  .strictObject({
    muted: z.boolean().optional(),
    pinned: z.boolean().optional(),
    archived: z.boolean().optional(),
  })
  .meta({ id: 'MemberSettings', description: 'Mine alone. Fields that are absent stay as they are.' });
export type MemberSettings = z.infer<typeof memberSettingsSchema>;

export const memberEventSchema = z
  .object({ conversationId: idSchema, rev: seqSchema.meta({ examples: [57] }), member: memberSchema })
  .meta({ id: 'MemberChange' });

export type MemberEvent = z.infer<typeof memberEventSchema>;

/** What clients see of a change to a membership. */
export const memberEventOf = (member: Member): MemberEvent => ({
  conversationId: member.conversationId,
  rev: member.rev,
  member: toMemberView(member),
});
