import { z } from 'zod';
import { cursorSchema, eventSchema } from './events.dto.js';

const cursor = z.string().optional().meta({ description: 'Where to go on: the cursor of the last event.' });

/** What a Socket.IO client tells when it connects: its `auth`. */
export const handshakeSchema = z
  .object({
    token: z.string().max(4096).optional().meta({
      description: 'An access token, or an API key. It may stand in the Authorization header instead.',
    }),
    cursor: z
      .string()
      .optional()
      .nullable()
      .meta({ description: 'Where to go on: the cursor of the last event.', examples: ['1795245062327-4'] }),
  })
  .meta({ id: 'Handshake' });

export const streamQuerySchema = z.object({
  cursor,
  access_token: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'A stream token, for clients that can set no header.' }),
  ack: z.enum(['auto']).optional().meta({
    description:
      '`auto`: an event counts as delivered when the socket has drained; for clients that can only read.',
  }),
});
export type StreamQuery = z.infer<typeof streamQuerySchema>;

export const pollQuerySchema = z.object({
  cursor,
  access_token: streamQuerySchema.shape.access_token,
  wait: z.coerce
    .number()
    .min(0)
    .max(60)
    .default(25)
    .meta({ description: 'Seconds to wait for something to come.' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: 'Events in one answer.' }),
});
export type PollQuery = z.infer<typeof pollQuerySchema>;

/** A stream as it begins, for the API document. */
export const STREAM_EXAMPLE = `retry: 2000
event: ready
data: {"userId":"7387205550080000001","sessionId":"7387205550080000002","cursor":"1795245062327-4","resumed":true}

id: 1795245064105-1
event: receipt.read
data: {"cursor":"1795245064105-1","type":"receipt.read","at":"2026-11-21T08:15:30.123Z","data":{"conversationId":"7387205550080000003","userId":"7387205550080000004","seq":42}}

`;

export const pollSchema = z
  .object({
    events: z.array(eventSchema),
    cursor: cursorSchema.meta({ description: 'For the next poll.' }),
    resumed: z.boolean().meta({
      description: 'Whether every event after the given cursor comes exactly once.',
      examples: [true],
    }),
  })
  .meta({ id: 'Poll', description: 'The next events, up to the limit.' });

export const ackEventsSchema = z
  .strictObject({
    cursor: z.string().meta({ examples: ['1795245062327-4'] }),
  })
  .meta({ id: 'AckEvents' });
export type AckEvents = z.infer<typeof ackEventsSchema>;
