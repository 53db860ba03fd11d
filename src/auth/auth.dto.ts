import { z } from 'zod';
import { text } from '../platform/http/schemas.js';
import { displayNameSchema, emailSchema, userSchema, usernameSchema } from '../users/users.dto.js';

const passwordSchema = text(8, 128).meta({
  description: '8 to 128 characters.',
  examples: ['correct horse battery staple'],
});

const deviceNameSchema = text(1, 100)
  .optional()
  .meta({ description: 'Shown in the list of sessions.', examples: ['Kitchen tablet'] });

/** At login any text is a possible name or password: what can't be right is answered like what is wrong. */
const attemptSchema = text(0, 1000);

export const registerSchema = z
  .strictObject({
    username: usernameSchema,
    password: passwordSchema,
    displayName: displayNameSchema.optional().meta({ description: 'Default: the username.' }),
    email: emailSchema.optional(),
  })
  .meta({ id: 'Register' });
export type Register = z.infer<typeof registerSchema>;

export const loginSchema = z
  .strictObject({
    username: attemptSchema.meta({ examples: ['ada'] }),
    password: attemptSchema.meta({ examples: ['correct horse battery staple'] }),
    deviceName: deviceNameSchema,
  })
  .meta({ id: 'Login' });
export type Login = z.infer<typeof loginSchema>;

export const guestSchema = z.strictObject({ displayName: displayNameSchema }).meta({ id: 'Guest' });
export type Guest = z.infer<typeof guestSchema>;

export const refreshSchema = z
  .strictObject({
    refreshToken: z
      .string()
      .max(200)
      .meta({ examples: ['mr_7387205550080000001_family_secret'] }),
  })
  .meta({ id: 'Refresh' });
export type Refresh = z.infer<typeof refreshSchema>;

export const changePasswordSchema = z
  .strictObject({ currentPassword: attemptSchema, newPassword: passwordSchema })
  .meta({ id: 'ChangePassword' });
export type ChangePassword = z.infer<typeof changePasswordSchema>;

const expiresInSchema = z.int().meta({ description: 'Life of the token, in seconds.', examples: [300] });

export const tokensSchema = z
  .object({
    user: userSchema,
    accessToken: z
      .string()
      .meta({ description: 'The bearer token: a JWT, verifiable with the published keys.' }),
    refreshToken: z.string().meta({ description: 'Opaque; good for one refresh.' }),
    expiresIn: expiresInSchema,
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof tokensSchema>;

export const streamTokenSchema = z
  .object({ token: z.string(), expiresIn: expiresInSchema })
  .meta({ id: 'StreamToken', description: 'For `/v1/events…` only, where it may stand in the URL.' });
export type StreamToken = z.infer<typeof streamTokenSchema>;
