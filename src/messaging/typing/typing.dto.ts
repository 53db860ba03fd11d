import { z } from 'zod';
import { idInputSchema, idSchema } from '../../platform/http/schemas.js';

export const typingCommandSchema = z
  .strictObject({ conversationId: idInputSchema })
  .meta({ id: 'TypingCommand' });

export const typingEventSchema = z
  .object({ conversationId: idSchema, userId: idSchema.meta({ description: 'Who types.' }) })
  .meta({ id: 'Typing' });
