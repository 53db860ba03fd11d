import { z } from 'zod';
import { idSchema, pageSchema, text, timestampSchema } from '../../platform/http/schemas.js';

const teamNameSchema = text(1, 80)
  .regex(/\S/, 'must not be blank')
  .meta({ description: '1 to 80 characters.', examples: ['Orders'] });

export const createTeamSchema = z.strictObject({ name: teamNameSchema }).meta({ id: 'CreateSupportTeam' });
export type CreateTeam = z.infer<typeof createTeamSchema>;

export const supportTeamSchema = z
  .object({ id: idSchema, name: z.string().meta({ examples: ['Orders'] }), createdAt: timestampSchema })
  .meta({ id: 'SupportTeam', description: 'Agents who answer the same requests.' });
export type TeamView = z.infer<typeof supportTeamSchema>;

export const teamResponseSchema = z
  .object({ supportTeam: supportTeamSchema })
  .meta({ id: 'SupportTeamResponse' });
export type TeamResponse = z.infer<typeof teamResponseSchema>;

export const teamPageSchema = pageSchema(supportTeamSchema).meta({ id: 'SupportTeamPage' });
export type TeamPage = z.infer<typeof teamPageSchema>;
