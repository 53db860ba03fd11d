import { z } from 'zod';
import { doorNames } from '../mailbox/devices.js';
import { idInputSchema, idSchema, text, timestampSchema } from '../platform/http/schemas.js';
import { statuses } from './presence-rules.js';

/** Users that one question names at most. */
export const MAX_ASKED = 500;
export const MAX_STATUS_TEXT = 200;

const seenStatusSchema = z
  .enum(statuses)
  .meta({ description: 'Of others never `invisible`: they are offline.', examples: ['online'] });
const shownTextSchema = z
  .string()
  .nullable()
  .meta({ examples: ['In a meeting'] });
const lastSeenSchema = timestampSchema
  .nullable()
  .meta({ description: 'When they were seen last, before now; null where they never were, or hide it.' });

export const presenceEventSchema = z
  .object({
    userId: idSchema,
    status: seenStatusSchema,
    statusText: shownTextSchema,
    lastSeenAt: lastSeenSchema,
  })
  .meta({ id: 'PresenceChange' });
export type PresenceEvent = z.infer<typeof presenceEventSchema>;

export const presenceReminderSchema = presenceEventSchema
  .pick({ userId: true, status: true })
  .meta({ id: 'Reminder' });
export type PresenceReminder = z.infer<typeof presenceReminderSchema>;

const deviceSchema = z
  .object({
    door: z.enum(doorNames).meta({ examples: ['socket.io'] }),
    idle: z.boolean().meta({ description: 'Nobody is at it.', examples: [false] }),
  })
  .meta({ id: 'Device', description: 'A connection; all long polls of one login are one device.' });

const untilSchema = timestampSchema
  .nullable()
  .meta({ description: 'When the text ends by itself; null: never.' });
const showsLastSeenSchema = z
  .boolean()
  .meta({ description: 'Whether others see when I was there last.', examples: [true] });

export const presenceSchema = z
  .object({
    userId: idSchema,
    status: seenStatusSchema,
    statusText: shownTextSchema,
    lastSeenAt: lastSeenSchema,
    devices: z.array(deviceSchema),
    statusTextUntil: untilSchema.optional().meta({ description: 'For oneself only.' }),
    showsLastSeen: showsLastSeenSchema.optional().meta({ description: 'For oneself only.' }),
  })
  .meta({ id: 'Presence', description: 'Whether somebody is there: all their devices folded into one.' });
export type PresenceView = z.infer<typeof presenceSchema>;

export const presenceResponseSchema = z.object({ presence: presenceSchema }).meta({ id: 'PresenceResponse' });
export type PresenceResponse = z.infer<typeof presenceResponseSchema>;

export const presenceListSchema = z.object({ items: z.array(presenceSchema) }).meta({ id: 'PresenceList' });
export type PresenceList = z.infer<typeof presenceListSchema>;

export const setPresenceSchema = z
  .strictObject({
    status: z.enum(statuses).meta({
      examples: ['busy'],
      description:
        '`away` is said of the device, or of the login, that says it: others see it when all devices are. `invisible` and `offline` are the same to others.',
    }),
    statusText: text(0, MAX_STATUS_TEXT)
      .nullable()
      .optional()
      .meta({
        description: 'Absent: it stays; blank or null: none. Seen in every status.',
        examples: ['In a meeting'],
      }),
    statusTextUntil: z.iso
      .datetime()
      .nullable()
      .optional()
      .meta({
        description: 'When the text ends by itself; goes with a text. In the future.',
        examples: ['2030-01-01T09:00:00.000Z'],
      }),
    showsLastSeen: showsLastSeenSchema.optional(),
  })
  .meta({ id: 'SetPresence' });
export type SetPresence = z.infer<typeof setPresenceSchema>;

export const presenceQuerySchema = z.object({
  userIds: z
    .string()
    .transform((list) => list.split(',').filter((id) => id !== ''))
    .pipe(z.array(z.string()).max(MAX_ASKED, `must name at most ${MAX_ASKED} users`))
    .optional()
    .meta({ description: 'Ids, comma-separated, at most 500. Absent: mine.' }),
});
export type PresenceQuery = z.infer<typeof presenceQuerySchema>;

export const subscriptionSchema = z
  .strictObject({ userIds: z.array(idInputSchema) })
  .meta({ id: 'PresenceSubscription' });
