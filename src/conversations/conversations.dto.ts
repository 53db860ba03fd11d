import { z } from 'zod';
import { messageSchema } from '../ledger/message.dto.js';
import {
  idSchema,
  pageQuerySchema,
  pageSchema,
  seqSchema,
  text,
  timestampSchema,
} from '../platform/http/schemas.js';
import { MAX_MEMBERS } from './conversation-rules.js';
import { roleSchema } from './members.dto.js';

export const conversationSchema = z
  .object({
    id: idSchema,
    type: z.enum(['direct', 'group', 'channel']),
    name: z.string().nullable().meta({ description: 'Null for direct conversations.' }),
    topic: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    historyVisibility: z.enum(['all', 'joined']),
    peerId: idSchema
      .nullable()
      .meta({ description: 'The other user of a direct conversation.', examples: ['7387205550080000004'] }),
    rev: z.int().meta({ description: 'Number of the last change of any kind.', examples: [57] }),
    lastSeq: z.int().meta({ description: 'Number of the last message; 0 before the first.', examples: [42] }),
    lastMessage: messageSchema.nullable(),
    memberCount: z.int().meta({ examples: [2] }),
    role: roleSchema.nullable().meta({ description: 'Mine; null in a channel that I have not joined.' }),
    readSeq: z.int().meta({ description: 'I have read all up to here.', examples: [40] }),
    unread: z.int().meta({ description: 'Others’ undeleted text messages after readSeq.', examples: [2] }),
    mentions: z
      .int()
      .meta({ description: 'Those among the unread that name me, or everybody.', examples: [0] }),
    muted: z.boolean(),
    pinned: z.boolean(),
    archived: z.boolean(),
    blocked: z
      .boolean()
      .meta({ description: 'Whether I have blocked the other user of a direct conversation.' }),
    createdAt: timestampSchema,
    updatedAt: timestampSchema.meta({
      description: 'When anything in it changed last; the list is in this order.',
    }),
  })
  .meta({ id: 'Conversation', description: 'A conversation as its caller sees it.' });
export type ConversationView = z.infer<typeof conversationSchema>;

export const conversationResponseSchema = z
  .object({ conversation: conversationSchema })
  .meta({ id: 'ConversationResponse' });
export type ConversationResponse = z.infer<typeof conversationResponseSchema>;

export const conversationPageSchema = pageSchema(conversationSchema).meta({ id: 'ConversationPage' });
export type ConversationPage = z.infer<typeof conversationPageSchema>;

export const MAX_NAME = 200;
export const MAX_TOPIC = 1000;

const nameSchema = text(1, MAX_NAME)
  .regex(/\S/, 'must not be blank')
  .meta({ examples: ['Compilers'] });

const topicSchema = text(0, MAX_TOPIC).meta({ examples: ['All about parsing'] });

const avatarUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2000)
  .meta({ examples: ['https://example.org/compilers.png'] });

const historyVisibilitySchema = z.enum(['all', 'joined']).meta({
  description:
    'What members see who join from then on: the history from its beginning, or from their joining on.',
});

const sharedShape = {
  name: nameSchema,
  topic: topicSchema.optional(),
  memberIds: z
    .array(idSchema)
    .max(MAX_MEMBERS - 1)
    .default([])
    .meta({ description: 'Besides the creator.' }),
  historyVisibility: historyVisibilitySchema.default('all'),
};

export const createConversationSchema = z
  .discriminatedUnion('type', [
    z
      .strictObject({ type: z.literal('direct'), userId: idSchema.meta({ description: 'The other one.' }) })
      .meta({ id: 'CreateDirect' }),
    z
      .strictObject({ type: z.literal('group'), ...sharedShape, memberIds: sharedShape.memberIds.unwrap() })
      .meta({ id: 'CreateGroup' }),
    z.strictObject({ type: z.literal('channel'), ...sharedShape }).meta({ id: 'CreateChannel' }),
  ])
  .meta({ id: 'CreateConversation' });
export type CreateConversation = z.infer<typeof createConversationSchema>;
export type CreateShared = Exclude<CreateConversation, { type: 'direct' }>;

export const updateConversationSchema = z
  .strictObject({
    name: nameSchema.optional(),
    topic: topicSchema.nullable().optional(),
    avatarUrl: avatarUrlSchema.nullable().optional(),
    historyVisibility: historyVisibilitySchema.optional(),
  })
  .meta({ id: 'UpdateConversation', description: 'Fields that are absent stay as they are; null clears.' });
export type UpdateConversation = z.infer<typeof updateConversationSchema>;

export const channelQuerySchema = pageQuerySchema.extend({
  query: text(0, 80).optional().meta({ description: 'Part of a name or a topic, in any case.' }),
});
export type ChannelQuery = z.infer<typeof channelQuerySchema>;

export const conversationDeletedSchema = z
  .object({ conversationId: idSchema })
  .meta({ id: 'DeletedConversation' });

/** Where a conversation stands. */
export const standingSchema = z
  .object({
    conversationId: idSchema,
    rev: seqSchema.meta({ examples: [57] }),
    lastSeq: z
      .int()
      .min(0)
      .meta({ examples: [42] }),
  })
  .meta({ id: 'Standing' });
