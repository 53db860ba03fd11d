import { z } from 'zod';
import { idSchema, pageSchema, timestampSchema } from '../../platform/http/schemas.js';

export const receiptSchema = z
  .object({
    conversationId: idSchema,
    userId: idSchema,
    seq: z
      .int()
      .min(0)
      .meta({ description: 'All messages up to this one.', examples: [42] }),
  })
  .meta({ id: 'Receipt' });
export type Receipt = z.infer<typeof receiptSchema>;

const messageReceiptSchema = z
  .object({
    userId: idSchema,
    deliveredAt: timestampSchema.nullable().meta({
      description: 'When a device of theirs had got it; null while none has.',
    }),
    readAt: timestampSchema.nullable().meta({
      description: 'When they had read it; null while they have not, or do not say so.',
    }),
  })
  .meta({ id: 'MessageReceipt', description: 'How a message has come to one member.' });
export type MessageReceipt = z.infer<typeof messageReceiptSchema>;

export const messageReceiptPageSchema = pageSchema(messageReceiptSchema).meta({ id: 'MessageReceiptPage' });
export type MessageReceiptPage = z.infer<typeof messageReceiptPageSchema>;
