import { z } from 'zod';
import { messageSchema } from '../ledger/message.dto.js';
import { idInputSchema, pageQuerySchema, pageSchema, text } from '../platform/http/schemas.js';

/** UTF-16 units of a query: more is no search. */
const QUERY_LENGTH = 200;

const timeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time like 2026-11-21T08:15:30.123Z' })
  .transform((time) => new Date(time))
  .pipe(z.date())
  .optional();

export const searchQuerySchema = z.object({
  q: text(1, QUERY_LENGTH).meta({
    description:
      'Words that must all occur, in any order; what stands between quotation marks as it stands there.',
  }),
  conversationId: idInputSchema.optional().meta({ description: 'Only of this conversation.' }),
  senderId: idInputSchema.optional().meta({ description: 'Only from this user.' }),
  before: timeSchema.meta({ description: 'Sent before this time.' }),
  after: timeSchema.meta({ description: 'Sent after this time.' }),
  sort: z
    .enum(['time', 'relevance'])
    .default('time')
    .meta({ description: '`time`: newest first. `relevance`: the best of the newest 300 that were found.' }),
  ...pageQuerySchema.shape,
});
export type SearchInput = z.infer<typeof searchQuerySchema>;

export const searchHitSchema = z
  .object({
    message: messageSchema,
    snippet: z.string().meta({
      description: 'The part of the text that was found: plain text, no HTML.',
      examples: ['Hello'],
    }),
    highlights: z.array(z.object({ start: z.int(), end: z.int() })).meta({
      description: 'What was found, in UTF-16 units of the snippet; the end excluded.',
      examples: [[{ start: 0, end: 5 }]],
    }),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.infer<typeof searchHitSchema>;

export const searchPageSchema = pageSchema(searchHitSchema).meta({ id: 'SearchPage' });
export type SearchPage = z.infer<typeof searchPageSchema>;
