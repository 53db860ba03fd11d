import { z } from 'zod';
import { idSchema, pageSchema, text, timestampSchema } from '../platform/http/schemas.js';
import type { Ban } from './ban.entity.js';

export const untilSchema = z.iso
  .datetime()
  .meta({ description: 'ISO 8601 in UTC, in the future.', examples: ['2036-11-21T08:15:30.123Z'] })
  .transform((time) => new Date(time));

export const muteSchema = z.strictObject({ until: untilSchema }).meta({ id: 'Mute' });
export type Mute = z.infer<typeof muteSchema>;

export const banInputSchema = z
  .strictObject({
    until: untilSchema.nullable().default(null).meta({ description: 'Null: without an end.' }),
    reason: text(1, 500)
      .nullable()
      .default(null)
      .meta({ description: 'For those who may see the list of bans.', examples: ['Advertising'] }),
  })
  .meta({ id: 'BanUser' });
export type BanInput = z.infer<typeof banInputSchema>;

export const banSchema = z
  .object({
    userId: idSchema,
    until: timestampSchema.nullable().meta({ description: 'Null: it has no end.' }),
    reason: z.string().nullable(),
    bannedBy: idSchema,
    bannedAt: timestampSchema,
  })
  .meta({ id: 'Ban', description: 'Who can’t be a member of a conversation, and until when.' });
export type BanView = z.infer<typeof banSchema>;

export const toBanView = ({ userId, until, reason, bannedBy, bannedAt }: Ban): BanView => ({
  userId,
  until: until?.toISOString() ?? null,
  reason,
  bannedBy,
  bannedAt: bannedAt.toISOString(),
});

export const banResponseSchema = z.object({ ban: banSchema }).meta({ id: 'BanResponse' });
export type BanResponse = z.infer<typeof banResponseSchema>;

export const banPageSchema = pageSchema(banSchema).meta({ id: 'BanPage' });
export type BanPage = z.infer<typeof banPageSchema>;
