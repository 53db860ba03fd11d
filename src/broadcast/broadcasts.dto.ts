import { z } from 'zod';
import { fileSchema } from '../ledger/message.dto.js';
import {
  idInputSchema,
  idSchema,
  pageQuerySchema,
  pageSchema,
  text,
  timestampSchema,
} from '../platform/http/schemas.js';
import { localeSchema } from '../users/users.dto.js';
import { audienceSchema } from './audience.js';
import { broadcastActions } from './broadcast-action.entity.js';
import { levels } from './broadcast.entity.js';

const titleSchema = text(1, 200)
  .regex(/\S/, 'must not be blank')
  .meta({ examples: ['Maintenance tonight'] });

const bodySchema = text(1, 65_536)
  .regex(/\S/, 'must not be blank')
  .meta({
    description: 'Markdown, at most 16 KiB of UTF-8.',
    examples: ['We are back at **23:00**.'],
  });

const linkSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2048)
  .meta({ examples: ['https://status.example.org'] });

const timeSchema = z.iso
  .datetime()
  .nullable()
  .meta({ description: 'ISO 8601 in UTC.', examples: [null] });

const variantsSchema = z
  .record(localeSchema, z.strictObject({ title: titleSchema.nullable().optional(), body: bodySchema }))
  .refine((variants) => Object.keys(variants).length <= 20, 'holds more than 20 languages')
  .meta({
    description:
      'What it says in other languages instead, by locale; a reader is shown the nearest to theirs.',
    examples: [{ zh: { title: '今晚维护', body: '我们 **23:00** 回来。' } }],
  });

const content = {
  title: titleSchema.nullable().optional(),
  body: bodySchema,
  variants: variantsSchema.nullable().optional(),
  level: z
    .enum(levels)
    .optional()
    .meta({ description: '`info` unless said.', examples: ['warning'] }),
  link: linkSchema.nullable().optional(),
  attachments: z.array(idInputSchema).max(10).optional().meta({
    description: 'Ids of uploads of the sender’s own; in a change, also those that it has already.',
  }),
  requireAck: z
    .boolean()
    .optional()
    .meta({ description: 'Comes again with each start without a cursor until it is acknowledged.' }),
  expiresAt: timeSchema.optional(),
};

const timing = {
  audience: audienceSchema,
  startsAt: timeSchema.optional(),
  isFixed: z.boolean().optional().meta({
    description:
      'For those whom the audience names when it is published; else also for those who come into it later.',
  }),
  isForConnected: z
    .boolean()
    .optional()
    .meta({ description: 'For those who are connected when it is published, and nobody else.' }),
};

export const createBroadcastSchema = z
  .strictObject({ ...content, ...timing })
  .meta({ id: 'CreateBroadcast', description: 'Without a start it is published at once.' });
export type CreateBroadcast = z.infer<typeof createBroadcastSchema>;

export const changeBroadcastSchema = z
  .strictObject({ ...content, ...timing })
  .partial()
  .meta({
    id: 'ChangeBroadcast',
    description: 'What is absent stays as it is. Once it is published, whom and when it is for stays.',
  });
export type ChangeBroadcast = z.infer<typeof changeBroadcastSchema>;

export const previewBroadcastSchema = z
  .strictObject({ audience: audienceSchema })
  .meta({ id: 'PreviewBroadcast' });
export type PreviewBroadcast = z.infer<typeof previewBroadcastSchema>;

export const previewSchema = z
  .object({ count: z.int().meta({ description: 'Users in it now.', examples: [1_204] }) })
  .meta({ id: 'AudiencePreview' });

export const broadcastStates = ['scheduled', 'published', 'expired', 'recalled', 'cancelled'] as const;

const managed = {
  state: z.enum(broadcastStates).meta({ examples: ['published'] }),
  variants: variantsSchema.nullable(),
  audience: audienceSchema,
  isFixed: z.boolean(),
  isForConnected: z.boolean(),
  authorId: idSchema,
  publishedAt: timestampSchema.nullable(),
};

/** A broadcast as its readers see it; with how it is set up where the viewer may publish. */
export const broadcastSchema = z
  .object({
    id: idSchema,
    title: titleSchema.nullable(),
    body: z.string().meta({
      description: 'Markdown; empty once it was recalled.',
      examples: ['We are back at **23:00**.'],
    }),
    locale: z
      .string()
      .nullable()
      .meta({
        description: 'Of the variant that is shown; null: what it says without one.',
        examples: ['zh'],
      }),
    level: z.enum(levels).meta({ examples: ['warning'] }),
    link: z.string().nullable(),
    attachments: z.array(fileSchema),
    requireAck: z.boolean(),
    startsAt: timestampSchema.nullable(),
    expiresAt: timestampSchema.nullable(),
    recalledAt: timestampSchema.nullable(),
    remindedAt: timestampSchema.nullable(),
    acknowledgedAt: timestampSchema.nullable().meta({ description: 'When I acknowledged it.' }),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    ...z.object(managed).partial().shape,
  })
  .meta({ id: 'Broadcast', description: 'An announcement. Its setting is for those who may publish.' });
export type BroadcastView = z.infer<typeof broadcastSchema>;

export const broadcastResponseSchema = z
  .object({ broadcast: broadcastSchema })
  .meta({ id: 'BroadcastResponse' });
export type BroadcastResponse = z.infer<typeof broadcastResponseSchema>;

export const broadcastPageSchema = pageSchema(broadcastSchema).meta({ id: 'BroadcastPage' });
export type BroadcastPage = z.infer<typeof broadcastPageSchema>;

export const broadcastsQuerySchema = pageQuerySchema.extend({
  scope: z
    .enum(['mine', 'all'])
    .default('mine')
    .meta({ description: '`all`, for those who may publish: whatever was ever set up.' }),
});
export type BroadcastsQuery = z.infer<typeof broadcastsQuerySchema>;

export const statsSchema = z
  .object({
    audience: z.int().meta({ description: 'Users whom it is for.', examples: [1_204] }),
    delivered: z
      .int()
      .meta({ description: 'Of whom a device has acknowledged to have it.', examples: [873] }),
    acknowledged: z.int().meta({ description: 'Who have acknowledged it.', examples: [411] }),
  })
  .meta({ id: 'BroadcastStats', description: 'Users, not connections.' });
export type BroadcastStats = z.infer<typeof statsSchema>;

export const progressQuerySchema = pageQuerySchema.extend({
  step: z
    .enum(['minute', 'hour', 'day'])
    .default('hour')
    .meta({ description: 'What is counted together, in UTC.' }),
});
export type ProgressQuery = z.infer<typeof progressQuerySchema>;

export const progressPageSchema = pageSchema(
  z
    .object({
      at: timestampSchema.meta({ description: 'When the step began.' }),
      delivered: z.int().meta({ description: 'Users who got it within the step.', examples: [173] }),
      acknowledged: z
        .int()
        .meta({ description: 'Users who acknowledged it within the step.', examples: [58] }),
    })
    .meta({ id: 'BroadcastProgress', description: 'How far it came within a minute, an hour or a day.' }),
).meta({ id: 'BroadcastProgressPage' });
export type ProgressPage = z.infer<typeof progressPageSchema>;

export const unacknowledgedPageSchema = pageSchema(
  z
    .object({
      userId: idSchema,
      username: z.string().meta({ examples: ['ada'] }),
      displayName: z.string().meta({ examples: ['Ada Lovelace'] }),
      deliveredAt: timestampSchema.nullable().meta({ description: 'When a device said that it has it.' }),
    })
    .meta({ id: 'Unacknowledged', description: 'A user who has not acknowledged a broadcast.' }),
).meta({ id: 'UnacknowledgedPage' });
export type UnacknowledgedPage = z.infer<typeof unacknowledgedPageSchema>;

export const actionPageSchema = pageSchema(
  z
    .object({
      id: idSchema,
      actorId: idSchema,
      action: z.enum(broadcastActions).meta({ examples: ['published'] }),
      createdAt: timestampSchema,
    })
    .meta({ id: 'BroadcastAction', description: 'What was done about a broadcast, by whom and when.' }),
).meta({ id: 'BroadcastActionPage' });
export type ActionPage = z.infer<typeof actionPageSchema>;
