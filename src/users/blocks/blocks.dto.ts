import { z } from 'zod';
import { idSchema, pageSchema, timestampSchema } from '../../platform/http/schemas.js';
import { userSchema } from '../users.dto.js';

export const blockSchema = z
  .object({ userId: idSchema, user: userSchema, createdAt: timestampSchema })
  .meta({ id: 'Block', description: 'A user whom I have blocked.' });

export const blockPageSchema = pageSchema(blockSchema).meta({ id: 'BlockPage' });
export type BlockPage = z.infer<typeof blockPageSchema>;
