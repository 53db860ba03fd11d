import { z } from 'zod';
import { roles } from '../platform/http/principal.js';
import { idSchema, pageQuerySchema, pageSchema, text, timestampSchema } from '../platform/http/schemas.js';

export const usernameSchema = z
  .string()
  .regex(/^[a-z0-9._-]{3,32}$/, 'must be 3 to 32 of a-z 0-9 . _ -')
  .meta({ description: 'Unique; 3 to 32 of `a-z 0-9 . _ -`.', examples: ['ada'] });

export const MAX_DISPLAY_NAME = 80;

export const displayNameSchema = text(1, MAX_DISPLAY_NAME)
  .regex(/\S/, 'must not be blank')
  .meta({ description: 'What others see, 1 to 80 characters.', examples: ['Ada Lovelace'] });

export const emailSchema = z
  .email()
  .max(254)
  .meta({ description: 'Seen by oneself and admins only.', examples: ['ada@example.org'] });

const avatarUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2048)
  .meta({ examples: ['https://example.org/ada.png'] });

export const localeSchema = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag')
  .meta({ description: 'A language tag (BCP 47).', examples: ['zh'] });

const readReceiptsSchema = z
  .boolean()
  .meta({ description: 'Whether others see how far I have read. Seen by oneself only.', examples: [true] });

/** A user as others see them, `email` only where the viewer may see it. */
export const userSchema = z
  .object({
    id: idSchema,
    username: z.string().meta({ examples: ['ada'] }),
    displayName: z.string().meta({ examples: ['Ada Lovelace'] }),
    avatarUrl: z
      .string()
      .nullable()
      .meta({ examples: ['https://example.org/ada.png'] }),
    role: z.enum(roles).meta({ examples: ['user'] }),
    createdAt: timestampSchema,
    email: z.string().nullable().optional().meta({ description: 'For oneself and admins only.' }),
    readReceipts: readReceiptsSchema.optional(),
    locale: localeSchema
      .nullable()
      .optional()
      .meta({ description: 'In which language I read. For oneself only.' }),
    disabled: z
      .boolean()
      .optional()
      .meta({ description: 'Whether nobody may use the account. For admins only.' }),
  })
  .meta({ id: 'User', description: 'A person, a guest, or a program that speaks for itself.' });
export type UserView = z.infer<typeof userSchema>;

export const userResponseSchema = z.object({ user: userSchema }).meta({ id: 'UserResponse' });
export type UserResponse = z.infer<typeof userResponseSchema>;

export const userPageSchema = pageSchema(userSchema).meta({ id: 'UserPage' });
export type UserPage = z.infer<typeof userPageSchema>;

export const updateMeSchema = z
  .strictObject({
    displayName: displayNameSchema.optional(),
    email: emailSchema.nullable().optional(),
    avatarUrl: avatarUrlSchema.nullable().optional(),
    readReceipts: readReceiptsSchema.optional(),
    locale: localeSchema.nullable().optional(),
  })
  .meta({ id: 'UpdateMe', description: 'Fields that are absent stay as they are; null clears.' });
export type UpdateMe = z.infer<typeof updateMeSchema>;

/** Guests and services are what they are. */
const assignableRoles = ['admin', 'moderator', 'user'] as const;

export const changeAccountSchema = z
  .strictObject({
    disabled: z
      .boolean()
      .optional()
      .meta({ description: 'Whether nobody may use the account.', examples: [false] }),
    role: z
      .enum(assignableRoles)
      .optional()
      .meta({ examples: ['user'] }),
  })
  .meta({ id: 'ChangeAccount', description: 'Fields that are absent stay as they are.' });
export type ChangeAccountInput = z.infer<typeof changeAccountSchema>;

export const directoryQuerySchema = pageQuerySchema.extend({
  query: text(0, 80).optional().meta({ description: 'Part of a username or a display name, in any case.' }),
  disabled: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Disabled users instead of the others; for admins.' }),
});
export type DirectoryQuery = z.infer<typeof directoryQuerySchema>;
