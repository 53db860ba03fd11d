import { z } from 'zod';
import {
  idInputSchema,
  idSchema,
  pageQuerySchema,
  pageSchema,
  seqSchema,
  timestampSchema,
} from '../../platform/http/schemas.js';
import { sendMessageSchema } from '../messages.dto.js';
import { type ScheduledMessage, scheduledStatuses } from './scheduled-message.entity.js';

const sendAtSchema = z.iso.datetime().meta({
  description: 'ISO 8601 in UTC: in the future, at most a year.',
  examples: ['2026-12-24T08:00:00.000Z'],
});

export const scheduleMessageSchema = z
  .strictObject({ conversationId: idInputSchema, sendAt: sendAtSchema, message: sendMessageSchema })
  .meta({ id: 'ScheduleMessage' });
export type ScheduleMessage = z.infer<typeof scheduleMessageSchema>;

export const rescheduleMessageSchema = z
  .strictObject({ sendAt: sendAtSchema.optional(), message: sendMessageSchema.optional() })
  .meta({ id: 'RescheduleMessage', description: 'What is absent stays as it is.' });
export type RescheduleMessage = z.infer<typeof rescheduleMessageSchema>;

const scheduledMessageSchema = z
  .object({
    id: idSchema,
    conversationId: idSchema,
    status: z.enum(scheduledStatuses).meta({ examples: ['pending'] }),
    sendAt: timestampSchema,
    message: sendMessageSchema.nullable().meta({ description: 'Null once it was sent or cancelled.' }),
    seq: seqSchema.nullable().meta({ description: 'Of the message that it became.', examples: [42] }),
    problem: z
      .string()
      .nullable()
      .meta({
        description: 'The code with which it was refused when it was due.',
        examples: ['conversation.not_found'],
      }),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'ScheduledMessage', description: 'A message that is to be sent later.' });
export type ScheduledMessageView = z.infer<typeof scheduledMessageSchema>;

export const scheduledMessageResponseSchema = z
  .object({ scheduledMessage: scheduledMessageSchema })
  .meta({ id: 'ScheduledMessageResponse' });
export type ScheduledMessageResponse = z.infer<typeof scheduledMessageResponseSchema>;

export const scheduledMessagePageSchema = pageSchema(scheduledMessageSchema).meta({
  id: 'ScheduledMessagePage',
});
export type ScheduledMessagePage = z.infer<typeof scheduledMessagePageSchema>;

export const scheduledMessagesQuerySchema = pageQuerySchema.extend({
  conversationId: idInputSchema.optional().meta({ description: 'Those of one conversation.' }),
});
export type ScheduledMessagesQuery = z.infer<typeof scheduledMessagesQuerySchema>;

export const toScheduledMessageView = (row: ScheduledMessage): ScheduledMessageView => ({
  id: row.id,
  conversationId: row.conversationId,
  status: row.status,
  sendAt: row.sendAt.toISOString(),
  message: row.message === null ? null : JSON.parse(row.message),
  seq: row.seq,
  problem: row.problem,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
