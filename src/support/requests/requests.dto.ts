import { z } from 'zod';
import {
  idInputSchema,
  idSchema,
  pageQuerySchema,
  pageSchema,
  text,
  timestampSchema,
} from '../../platform/http/schemas.js';
import { userSchema } from '../../users/users.dto.js';
import { requestStates } from './request.entity.js';

export const openRequestSchema = z
  .strictObject({
    subject: text(1, 200)
      .regex(/\S/, 'must not be blank')
      .optional()
      .meta({ description: 'What it is about; agents see it in the queue.', examples: ['My order'] }),
  })
  .meta({ id: 'OpenSupportRequest' });
export type OpenRequestInput = z.infer<typeof openRequestSchema>;

export const transferSchema = z
  .union([z.strictObject({ teamId: idInputSchema }), z.strictObject({ agentId: idInputSchema })])
  .meta({
    id: 'TransferSupportRequest',
    description: 'Into the queue of a team, or to an agent of its own.',
  });
export type Transfer = z.infer<typeof transferSchema>;

export const claimSchema = z
  .strictObject({
    guestToken: z.string().max(4096).meta({ description: 'The access token of the guest that I was.' }),
  })
  .meta({ id: 'ClaimSupportRequests' });
export type Claim = z.infer<typeof claimSchema>;

const positionSchema = z
  .int()
  .min(1)
  .meta({ description: 'In the team’s queue; 1 is next.', examples: [3] });

export const supportRequestSchema = z
  .object({
    id: idSchema,
    teamId: idSchema,
    fromTeamId: idSchema.nullable().meta({ description: 'The team that it was handed over from last.' }),
    conversationId: idSchema,
    requester: userSchema,
    agent: userSchema.nullable().meta({ description: 'Who has it, or had it when it was closed.' }),
    state: z.enum(requestStates).meta({
      description: '`waiting` and `transferred` ones are in the queue.',
      examples: ['waiting'],
    }),
    subject: z
      .string()
      .nullable()
      .meta({ examples: ['My order'] }),
    position: positionSchema.nullable().optional().meta({ description: 'In the queue; not in events.' }),
    openedAt: timestampSchema.meta({ description: 'When it was opened last.' }),
    closedAt: timestampSchema.nullable(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'SupportRequest', description: 'Somebody who asks a support team for help.' });
export type RequestView = z.infer<typeof supportRequestSchema>;

export const requestResponseSchema = z
  .object({ supportRequest: supportRequestSchema })
  .meta({ id: 'SupportRequestResponse' });
export type RequestResponse = z.infer<typeof requestResponseSchema>;

export const requestPageSchema = pageSchema(supportRequestSchema).meta({ id: 'SupportRequestPage' });
export type RequestPage = z.infer<typeof requestPageSchema>;

export const queueQuerySchema = pageQuerySchema.extend({
  state: z.enum(['queued', 'assigned', 'closed']).default('queued').meta({
    description: '`queued`: those who wait, in their order. The others newest first.',
  }),
});
export type QueueQuery = z.infer<typeof queueQuerySchema>;

export const ownRequestsQuerySchema = pageQuerySchema.extend({
  as: z
    .enum(['requester', 'agent'])
    .default('requester')
    .meta({ description: 'Those that I have opened, or that I have as an agent.' }),
});
export type OwnRequestsQuery = z.infer<typeof ownRequestsQuerySchema>;

export const positionEventSchema = z
  .object({ requestId: idSchema, position: positionSchema })
  .meta({ id: 'QueuePosition' });
