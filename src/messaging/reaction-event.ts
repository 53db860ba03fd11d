import { z } from 'zod';
import type { Reference } from '../mailbox/reference.js';
import { idSchema, seqSchema } from '../platform/http/schemas.js';

export const reactionEventSchema = z
  .object({
    conversationId: idSchema,
    seq: seqSchema.meta({ description: 'Of the message.', examples: [42] }),
    rev: seqSchema.meta({ examples: [58] }),
    emoji: z.string().meta({ examples: ['👍'] }),
    userId: idSchema.meta({ description: 'Whose reaction it is.' }),
  })
  .meta({ id: 'ReactionChange' });

/** What clients see of a reaction that came or went: all of it is in the reference. */
export const reactionOf = ({
  conversationId,
  seq,
  rev,
  subject,
  detail = '',
}: Reference): z.infer<typeof reactionEventSchema> => ({
  conversationId,
  seq,
  rev,
  emoji: detail,
  userId: subject,
});
