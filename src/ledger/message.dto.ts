import { z } from 'zod';
import { idSchema, seqSchema, timestampSchema } from '../platform/http/schemas.js';
import { systemKinds } from './message.entity.js';
import { type StoredMessage, clientIdOf } from './stored-message.js';

export const fileSchema = z
  .object({
    id: idSchema,
    name: z.string().meta({ examples: ['plan.pdf'] }),
    contentType: z.string().meta({ examples: ['application/pdf'] }),
    size: z.int().meta({ description: 'In bytes.', examples: [48_213] }),
    width: z.int().nullable().meta({ description: 'Of images, in pixels.' }),
    height: z.int().nullable().meta({ description: 'Of images, in pixels.' }),
  })
  .meta({ id: 'File', description: 'An uploaded file.' });

export const reactionSchema = z
  .object({ emoji: z.string().meta({ examples: ['👍'] }), count: z.int(), userIds: z.array(idSchema) })
  .meta({ id: 'Reaction', description: 'One emoji under a message, and who set it.' });

export const systemNoteSchema = z
  .object({
    kind: z.enum(systemKinds).meta({ examples: ['members_added'] }),
    userIds: z.array(idSchema).meta({ description: 'Whom it happened to: at most the first 100.' }),
    count: z.int().meta({ description: 'How many they are.', examples: [1] }),
    name: z.string().optional().meta({ description: 'Of `renamed`: the new name.' }),
  })
  .meta({ id: 'SystemNote', description: 'What happened in a conversation; the sender did it.' });

export const quoteSchema = z
  .object({
    seq: seqSchema.meta({ examples: [41] }),
    type: z.enum(['text', 'system']),
    senderId: idSchema,
    text: z
      .string()
      .nullable()
      .meta({
        description: 'At most its first 200 characters; null in a tombstone.',
        examples: ['Who brings cake?'],
      }),
    attachmentCount: z.int().meta({ description: 'How many files it holds.' }),
    createdAt: timestampSchema,
    editedAt: timestampSchema.nullable(),
    deletedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'Quote', description: 'A message as another one that answers it shows it: as it is now.' });

export const forwardedSchema = z
  .object({ senderId: idSchema, createdAt: timestampSchema })
  .meta({ id: 'ForwardedFrom', description: 'Who said it first, and when.' });

/** A message as clients see it, on every door. */
export const messageSchema = z
  .object({
    id: idSchema,
    conversationId: idSchema,
    seq: seqSchema.meta({
      description: 'Numbers the conversation’s messages 1, 2, 3 … without holes.',
      examples: [42],
    }),
    rev: seqSchema.meta({
      description: 'Numbers the conversation’s changes; here of the message’s last one.',
      examples: [57],
    }),
    type: z.enum(['text', 'system']),
    senderId: idSchema,
    clientId: z
      .string()
      .nullable()
      .meta({ examples: ['c-81f7'] }),
    text: z
      .string()
      .nullable()
      .meta({ description: 'Null in a tombstone.', examples: ['Hello'] }),
    attachments: z.array(fileSchema),
    replyTo: seqSchema.nullable().meta({ description: 'Seq of the message that this one answers.' }),
    quoted: quoteSchema
      .nullable()
      .meta({ description: 'The message at `replyTo`; null where its reader does not see that one.' }),
    threadOf: seqSchema.nullable().meta({ description: 'Seq of the message whose thread this one is in.' }),
    threadCount: z.int().meta({ description: 'Undeleted replies in this message’s thread.' }),
    mentions: z.array(idSchema).meta({ description: 'Whom it names.' }),
    mentionAll: z.boolean().meta({ description: 'Whether it names everybody.' }),
    forwarded: forwardedSchema
      .nullable()
      .meta({ description: 'Of what was taken over from another message.' }),
    reactions: z.array(reactionSchema),
    metadata: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What the embedding application sent along.', examples: [{ orderId: 'A-17' }] }),
    pinned: z.boolean(),
    system: systemNoteSchema.nullable().meta({ description: 'Of messages of type `system`.' }),
    createdAt: timestampSchema,
    editedAt: timestampSchema.nullable(),
    deletedAt: timestampSchema.nullable(),
  })
  .meta({
    id: 'Message',
    description: 'One message. A deleted one stays as a tombstone without its content.',
  });
export type MessageView = z.infer<typeof messageSchema>;

/** Characters of a quoted text. */
const QUOTED_CHARACTERS = 200;

/** @param quoted the message that it answers, as its reader may see it */
export const toMessageView = (message: StoredMessage, quoted?: StoredMessage): MessageView => ({
  id: message.id,
  conversationId: message.conversationId,
  seq: message.seq,
  rev: message.rev,
  type: message.type,
  senderId: message.senderId,
  clientId: clientIdOf(message),
  text: message.text,
  attachments: [...(message.attachments ?? [])],
  replyTo: message.replyTo,
  quoted: quoted ? toQuote(quoted) : null,
  threadOf: message.threadOf,
  threadCount: message.threadCount,
  mentions: [...(message.mentions ?? [])],
  mentionAll: message.mentionAll,
  forwarded: message.forwarded,
  reactions: (message.reactions ?? []).map(({ emoji, userIds }) => ({
    emoji,
    count: userIds.length,
    userIds: [...userIds],
  })),
  metadata: message.metadata,
  pinned: message.pinned,
  system: message.system && { ...message.system, userIds: [...message.system.userIds] },
  createdAt: message.createdAt.toISOString(),
  editedAt: message.editedAt?.toISOString() ?? null,
  deletedAt: message.deletedAt?.toISOString() ?? null,
});

const toQuote = (message: StoredMessage): z.infer<typeof quoteSchema> => ({
  seq: message.seq,
  type: message.type,
  senderId: message.senderId,
  text: message.text === null ? null : firstCharacters(message.text),
  attachmentCount: message.attachments?.length ?? 0,
  createdAt: message.createdAt.toISOString(),
  editedAt: message.editedAt?.toISOString() ?? null,
  deletedAt: message.deletedAt?.toISOString() ?? null,
});

/** Never half of a character that takes two. */
function firstCharacters(text: string): string {
  if (text.length <= QUOTED_CHARACTERS) return text;
  return `${text.slice(0, QUOTED_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
