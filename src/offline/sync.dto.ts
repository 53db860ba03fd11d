import { z } from 'zod';
import { broadcastSchema } from '../broadcast/broadcasts.dto.js';
import { contactSchema } from '../contacts/contacts.dto.js';
import { conversationSchema } from '../conversations/conversations.dto.js';
import { userSchema } from '../users/users.dto.js';

export const syncSchema = z
  .object({
    cursor: z.string().meta({
      description: 'A stream from here misses nothing that is not in the snapshot.',
      examples: ['1795245062327-4'],
    }),
    user: userSchema,
    conversations: z.array(conversationSchema).meta({ description: 'All of mine, newest activity first.' }),
    contacts: z.array(contactSchema).meta({ description: 'All of mine, in the order of their ids.' }),
    broadcasts: z.array(broadcastSchema).meta({ description: 'Announcements that are current for me.' }),
  })
  .meta({ id: 'Snapshot', description: 'All that a device needs to start with.' });
export type Snapshot = z.infer<typeof syncSchema>;
