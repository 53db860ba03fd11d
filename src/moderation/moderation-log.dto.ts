import { z } from 'zod';
import { idSchema, pageQuerySchema, pageSchema, timestampSchema } from '../platform/http/schemas.js';
import { type ModerationAction, moderationActions } from './moderation-action.entity.js';

export const moderationActionSchema = z
  .object({
    id: idSchema,
    moderatorId: idSchema,
    action: z.enum(moderationActions).meta({ examples: ['ban'] }),
    conversationId: idSchema,
    seq: z.int().nullable().meta({ description: 'Of the message that it was about.' }),
    userId: idSchema.nullable().meta({ description: 'Whom it happened to.' }),
    until: timestampSchema.nullable(),
    reportId: idSchema.nullable().meta({ description: 'The report that led to it.' }),
    note: z.string().nullable(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'ModerationAction', description: 'What a moderator did, and when.' });

export const moderationActionPageSchema = pageSchema(moderationActionSchema).meta({
  id: 'ModerationActionPage',
});
export type ModerationActionPage = z.infer<typeof moderationActionPageSchema>;

export const toModerationActionView = (action: ModerationAction): z.infer<typeof moderationActionSchema> => ({
  id: action.id,
  moderatorId: action.moderatorId,
  action: action.action,
  conversationId: action.conversationId,
  seq: action.seq,
  userId: action.userId,
  until: action.until?.toISOString() ?? null,
  reportId: action.reportId,
  note: action.note,
  createdAt: action.createdAt.toISOString(),
});

export const moderationActionQuerySchema = pageQuerySchema.extend({
  moderatorId: idSchema.optional().meta({ description: 'Only what this moderator did.' }),
  conversationId: idSchema.optional().meta({ description: 'Only what was done in this conversation.' }),
  userId: idSchema.optional().meta({ description: 'Only what happened to this user.' }),
});
export type ModerationActionQuery = z.infer<typeof moderationActionQuerySchema>;
