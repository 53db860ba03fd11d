import { z } from 'zod';
import { idSchema, pageSchema, seqSchema, timestampSchema } from '../../platform/http/schemas.js';
import type { Draft } from './drafts.store.js';

const textSchema = z
  .string()
  .min(1)
  .meta({ description: 'At most 16 KiB of UTF-8.', examples: ['Dear all,'] });
const placeSchema = seqSchema.nullable().meta({ examples: [42] });

export const saveDraftSchema = z
  .strictObject({ text: textSchema, replyTo: placeSchema.optional(), threadOf: placeSchema.optional() })
  .meta({ id: 'SaveDraft', description: 'What I have begun to write, and what it is to answer.' });
export type SaveDraft = z.infer<typeof saveDraftSchema>;

const draftSchema = z
  .object({
    conversationId: idSchema,
    text: textSchema,
    replyTo: placeSchema,
    threadOf: placeSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Draft', description: 'What a user has begun to write in a conversation.' });
export type DraftView = z.infer<typeof draftSchema>;

export const draftResponseSchema = z.object({ draft: draftSchema }).meta({ id: 'DraftResponse' });
export type DraftResponse = z.infer<typeof draftResponseSchema>;

export const draftPageSchema = pageSchema(draftSchema).meta({ id: 'DraftPage' });
export type DraftPage = z.infer<typeof draftPageSchema>;

export const draftEventSchema = z
  .object({
    conversationId: idSchema,
    draft: draftSchema.nullable().meta({ description: 'Null: it is gone.' }),
  })
  .meta({ id: 'DraftChange' });
export type DraftEvent = z.infer<typeof draftEventSchema>;

export const toDraftView = (draft: Draft): DraftView => ({
  ...draft,
  updatedAt: draft.updatedAt.toISOString(),
});
