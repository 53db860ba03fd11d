import { z } from 'zod';
import { idSchema, pageSchema, timestampSchema } from '../../platform/http/schemas.js';

const sessionSchema = z
  .object({
    id: idSchema,
    deviceName: z
      .string()
      .nullable()
      .meta({ description: 'As told at login.', examples: ['Kitchen tablet'] }),
    address: z.string().meta({ description: 'Whence the login came.', examples: ['203.0.113.7'] }),
    current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
    createdAt: timestampSchema,
    lastUsedAt: timestampSchema.meta({ description: 'The login or its last refresh.' }),
  })
  .meta({ id: 'Session', description: 'One login.' });
export type SessionView = z.infer<typeof sessionSchema>;

export const sessionPageSchema = pageSchema(sessionSchema).meta({ id: 'SessionPage' });
export type SessionPage = z.infer<typeof sessionPageSchema>;
