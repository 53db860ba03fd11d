import { z } from 'zod';
import { idSchema, pageSchema, text, timestampSchema } from '../../platform/http/schemas.js';
import { displayNameSchema, userSchema, usernameSchema } from '../../users/users.dto.js';

export const createApiKeySchema = z
  .strictObject({
    name: text(1, 100).meta({ description: 'What it is for.', examples: ['Order alerts'] }),
    username: usernameSchema.meta({
      description: 'The service that it speaks for; made if there is none of this name.',
      examples: ['shop'],
    }),
    displayName: displayNameSchema
      .optional()
      .meta({ description: 'Of a new service; default: the username.' }),
  })
  .meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

const apiKeySchema = z
  .object({
    id: idSchema,
    name: z.string().meta({ examples: ['Order alerts'] }),
    user: userSchema,
    createdAt: timestampSchema,
    lastUsedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof apiKeySchema>;

export const newApiKeySchema = z
  .object({
    apiKey: apiKeySchema,
    key: z
      .string()
      .meta({ description: 'The bearer token; shown this once.', examples: ['mk_7387205550080000001_…'] }),
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.infer<typeof newApiKeySchema>;

export const apiKeyPageSchema = pageSchema(apiKeySchema).meta({ id: 'ApiKeyPage' });
export type ApiKeyPage = z.infer<typeof apiKeyPageSchema>;
