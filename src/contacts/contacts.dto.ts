import { z } from 'zod';
import { idSchema, pageQuerySchema, pageSchema, text, timestampSchema } from '../platform/http/schemas.js';
import { userSchema } from '../users/users.dto.js';
import { contactPresenceSchema } from './contact-presence.js';

const changedAtSchema = timestampSchema.meta({
  description: 'Of two events about the same contact the later one counts.',
});
const noteSchema = text(0, 500)
  .nullable()
  .meta({ description: 'For my eyes only.', examples: ['From the conference'] });
const favouriteSchema = z.boolean().meta({ examples: [true] });
const remindSchema = z
  .boolean()
  .meta({ description: 'Whether I want to be reminded when they come and go.', examples: [false] });

export const contactSchema = z
  .object({
    user: userSchema,
    presence: contactPresenceSchema,
    note: noteSchema,
    favourite: favouriteSchema,
    remind: remindSchema,
    addedAt: timestampSchema,
    changedAt: changedAtSchema,
  })
  .meta({ id: 'Contact', description: 'A user in my list, and what I note of them.' });
export type ContactView = z.infer<typeof contactSchema>;

export const contactResponseSchema = z.object({ contact: contactSchema }).meta({ id: 'ContactResponse' });
export type ContactResponse = z.infer<typeof contactResponseSchema>;

export const contactPageSchema = pageSchema(contactSchema).meta({ id: 'ContactPage' });
export type ContactPage = z.infer<typeof contactPageSchema>;

export const contactRemovedSchema = z
  .object({ userId: idSchema, changedAt: changedAtSchema })
  .meta({ id: 'ContactGone' });

export const putContactSchema = z
  .strictObject({
    note: noteSchema.optional(),
    favourite: favouriteSchema.optional(),
    remind: remindSchema.optional(),
  })
  .meta({ id: 'PutContact', description: 'Fields that are absent stay as they are; null clears.' })
  .optional();
export type PutContactInput = z.infer<typeof putContactSchema>;

const directions = ['incoming', 'outgoing'] as const;
export type Direction = (typeof directions)[number];

export const contactRequestSchema = z
  .object({
    user: userSchema.meta({ description: 'Who asks me, or whom I ask.' }),
    direction: z.enum(directions).meta({ examples: ['incoming'] }),
    createdAt: timestampSchema,
  })
  .meta({ id: 'ContactRequest', description: 'Waits for an answer.' });
export type ContactRequestView = z.infer<typeof contactRequestSchema>;

export const contactRequestResponseSchema = z
  .object({ contactRequest: contactRequestSchema })
  .meta({ id: 'ContactRequestResponse' });
export type ContactRequestResponse = z.infer<typeof contactRequestResponseSchema>;

export const contactRequestRemovedSchema = z.object({ userId: idSchema }).meta({ id: 'ContactRequestGone' });

export const contactRequestPageSchema = pageSchema(contactRequestSchema).meta({ id: 'ContactRequestPage' });
export type ContactRequestPage = z.infer<typeof contactRequestPageSchema>;

export const contactRequestQuerySchema = pageQuerySchema.extend({
  direction: z.enum(directions).default('incoming').meta({ description: 'Those of others, or mine.' }),
});
export type ContactRequestQuery = z.infer<typeof contactRequestQuerySchema>;
