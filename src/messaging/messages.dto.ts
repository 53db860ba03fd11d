import { z } from 'zod';
import { messageSchema } from '../ledger/message.dto.js';
import {
  idInputSchema,
  idSchema,
  pageQuerySchema,
  pageSchema,
  seqSchema,
  text,
  timestampSchema,
} from '../platform/http/schemas.js';
import { conversationSchema } from '../conversations/conversations.dto.js';
import { memberSchema } from '../conversations/members.dto.js';

const textSchema = z
  .string()
  .regex(/\S/, 'must not be blank')
  .meta({ description: 'At most 16 KiB of UTF-8.', examples: ['Hello'] });

const mentionsSchema = z
  .array(idSchema)
  .max(100)
  .meta({ description: 'Members whom the message names; each counts once.' });

const forwardSchema = z
  .strictObject({ conversationId: idInputSchema, seq: seqSchema.meta({ examples: [42] }) })
  .meta({
    id: 'Forward',
    description: 'A message that the sender sees: its text and files are taken over, in place of others.',
  });
export type Forward = z.infer<typeof forwardSchema>;

const contentShape = {
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . : -')
    .optional()
    .meta({
      description: 'Made by the client; a retry under it is stored once, for ever.',
      examples: ['c-81f7'],
    }),
  text: textSchema.optional(),
  attachments: z.array(idInputSchema).max(10).optional().meta({
    description:
      'Ids of uploads of the sender’s own. A message needs a text or an attachment, or forwards another.',
  }),
  forward: forwardSchema.optional(),
  replyTo: seqSchema.optional().meta({
    description: 'Seq of a message in the same conversation that this one answers.',
    examples: [41],
  }),
  threadOf: seqSchema.optional().meta({
    description: 'Seq of the message in whose thread this one is; a reply stands for the thread it is in.',
    examples: [38],
  }),
  mentions: mentionsSchema.optional(),
  mentionAll: z
    .boolean()
    .optional()
    .meta({ description: 'Names everybody.', examples: [true] }),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      description: 'For the embedding application: at most 8 KiB of JSON, given back as it came.',
      examples: [{ orderId: 'A-17' }],
    }),
};

interface Said {
  readonly text?: string | undefined;
  readonly attachments?: readonly string[] | undefined;
  readonly forward?: Forward | undefined;
}

/** Something of the sender's own, or something of another one's. */
const saysSomething = ({ text, attachments = [], forward }: Said): boolean =>
  (text !== undefined || attachments.length > 0) !== (forward !== undefined);
const needed = {
  path: ['text'],
  message: 'is needed where there is no attachment; a forwarded message has neither of its own',
};

/** Its fields don't all go together. */
const example = { clientId: 'c-81f7', text: 'Hello', metadata: { orderId: 'A-17' } };

export const sendMessageSchema = z
  .strictObject(contentShape)
  .refine(saysSomething, needed)
  .meta({
    id: 'SendMessage',
    description: 'A message into a conversation.',
    examples: [example],
  });
export type SendMessage = z.infer<typeof sendMessageSchema>;

const recipientSchema = text(1, 64).meta({
  description: 'The recipient: a user’s id or username.',
  examples: ['bob'],
});

export const sendDirectMessageSchema = z
  .strictObject({ to: recipientSchema, ...contentShape })
  .refine(saysSomething, needed)
  .meta({
    id: 'SendDirectMessage',
    description: 'A message into the direct conversation with a user, made if needed.',
    examples: [{ to: 'bob', ...example }],
  });
export type SendDirectMessage = z.infer<typeof sendDirectMessageSchema>;

/** The command form: into a conversation, or to a user. */
export const sendMessageCommandSchema = z
  .union([
    z.strictObject({ conversationId: idInputSchema, ...contentShape }).refine(saysSomething, needed),
    sendDirectMessageSchema,
  ])
  .meta({
    id: 'SendMessageCommand',
    examples: [{ conversationId: '7387205550080000001', ...example }],
  });

export const messageResponseSchema = z.object({ message: messageSchema }).meta({ id: 'MessageResponse' });
export type MessageResponse = z.infer<typeof messageResponseSchema>;

export const messagePageSchema = pageSchema(messageSchema).meta({ id: 'MessagePage' });
export type MessagePage = z.infer<typeof messagePageSchema>;

const position = z.coerce.number().int().min(0).max(4_294_967_295).optional();

export const historyQuerySchema = z.object({
  before: position.meta({ description: 'Messages before this seq.' }),
  after: position.meta({ description: 'Messages after this seq; with `before`: those between.' }),
  around: position.meta({ description: 'The message of this seq and those on both sides of it.' }),
  limit: pageQuerySchema.shape.limit,
});
export type HistoryQuery = z.infer<typeof historyQuerySchema>;

export const changesQuerySchema = z.object({
  sinceRev: z.coerce
    .number()
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(0)
    .meta({ description: 'The rev up to which the caller knows all.' }),
  limit: pageQuerySchema.shape.limit,
});
export type ChangesQuery = z.infer<typeof changesQuerySchema>;

export const changesSchema = z
  .object({
    conversation: conversationSchema,
    messages: z.array(messageSchema),
    members: z.array(memberSchema),
    rev: z.int().meta({ description: 'The answer holds all changes up to this one: go on from here.' }),
    more: z.boolean(),
  })
  .meta({ id: 'Changes', description: 'What changed in a conversation after a rev, as it is now.' });
export type Changes = z.infer<typeof changesSchema>;

const readUpTo = z
  .int()
  .min(0)
  .max(4_294_967_295)
  .meta({ description: 'All messages up to this one.', examples: [42] });

export const markReadSchema = z.strictObject({ seq: readUpTo }).meta({ id: 'MarkRead' });
export type MarkRead = z.infer<typeof markReadSchema>;

export const markReadCommandSchema = z
  .strictObject({ conversationId: idInputSchema, seq: readUpTo })
  .meta({ id: 'MarkReadCommand' });

const editShape = {
  text: textSchema,
  mentions: mentionsSchema
    .optional()
    .meta({ description: 'Whom the message names from now on; absent: as before.' }),
  mentionAll: z
    .boolean()
    .optional()
    .meta({ description: 'Absent: as before.', examples: [false] }),
};

export const editMessageSchema = z.strictObject(editShape).meta({ id: 'EditMessage' });
export type EditMessage = z.infer<typeof editMessageSchema>;

export const editPageSchema = pageSchema(
  z
    .object({ text: z.string().nullable(), editedAt: timestampSchema })
    .meta({ id: 'Edit', description: 'What a message said before an edit, and when it was edited.' }),
).meta({ id: 'EditPage' });
export type EditPage = z.infer<typeof editPageSchema>;

const messageKeyShape = { conversationId: idInputSchema, seq: seqSchema.meta({ examples: [42] }) };

export const messageKeyCommandSchema = z.strictObject(messageKeyShape).meta({ id: 'MessageCommand' });
export const editMessageCommandSchema = z
  .strictObject({ ...messageKeyShape, ...editShape })
  .meta({ id: 'EditMessageCommand' });
export const reactionCommandSchema = z
  .strictObject({
    ...messageKeyShape,
    emoji: z
      .string()
      .max(64)
      .meta({ examples: ['👍'] }),
  })
  .meta({ id: 'ReactionCommand' });
