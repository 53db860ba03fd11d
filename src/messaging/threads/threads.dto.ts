import { z } from 'zod';
import { messageSchema } from '../../ledger/message.dto.js';
import { pageSchema } from '../../platform/http/schemas.js';

export const threadSchema = z
  .object({
    root: messageSchema.meta({ description: 'The message that the thread belongs to.' }),
    lastReply: messageSchema,
    unread: z.int().meta({ description: 'Others’ undeleted replies after my readSeq.', examples: [2] }),
  })
  .meta({ id: 'Thread', description: 'A thread that I follow.' });

export const threadPageSchema = pageSchema(threadSchema).meta({ id: 'ThreadPage' });
export type ThreadPage = z.infer<typeof threadPageSchema>;
