import { z } from 'zod';
import { broadcastResponseSchema } from '../broadcast/broadcasts.dto.js';
import {
  contactRemovedSchema,
  contactRequestRemovedSchema,
  contactRequestResponseSchema,
  contactResponseSchema,
} from '../contacts/contacts.dto.js';
import {
  conversationDeletedSchema,
  conversationResponseSchema,
  standingSchema,
} from '../conversations/conversations.dto.js';
import { memberEventSchema } from '../conversations/members.dto.js';
import type { EventType } from '../mailbox/event.js';
import { draftEventSchema } from '../messaging/drafts/drafts.dto.js';
import { messageResponseSchema } from '../messaging/messages.dto.js';
import { reactionEventSchema } from '../messaging/reaction-event.js';
import { receiptSchema } from '../messaging/receipts/receipts.dto.js';
import { typingEventSchema } from '../messaging/typing/typing.dto.js';
import { idSchema, seqSchema, timestampSchema } from '../platform/http/schemas.js';
import { positionEventSchema, requestResponseSchema } from '../support/requests/requests.dto.js';
import { userResponseSchema } from '../users/users.dto.js';
import { presenceEventSchema, presenceReminderSchema } from '../presence/presence.dto.js';
import type { Ready } from './door.js';

export const cursorSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/)
  .meta({ id: 'Cursor', description: 'A position in my events; opaque.', examples: ['1795245062327-4'] });

interface EventDescription {
  readonly data: z.ZodType;
  readonly description: string;
  /** Never stored, and so without a cursor. */
  readonly isEphemeral?: true;
}

const gapSchema = z
  .object({
    conversationId: idSchema,
    fromSeq: seqSchema,
    toSeq: seqSchema.meta({ description: 'Inclusive.', examples: [12_000] }),
    sinceRev: z
      .int()
      .min(0)
      .meta({ description: 'For the list of changes.', examples: [57] }),
  })
  .meta({ id: 'Gap' });

const revocationSchema = z
  .object({
    sessionId: idSchema,
    reason: z.string().meta({
      description:
        'Why: `logout`, `revoked`, `password_changed`, `refresh_reused`, `user_disabled`, `role_changed` or `token_expired`.',
      examples: ['revoked'],
    }),
  })
  .meta({ id: 'Revocation' });

const drainingSchema = z
  .object({
    reconnectAfterMs: z
      .int()
      .min(0)
      .meta({ description: 'Milliseconds.', examples: [850] }),
  })
  .meta({ id: 'Draining' });

/** Every event that this version sends. */
export const eventSchemas = {
  'message.created': { data: messageResponseSchema, description: 'A message in one of my conversations.' },
  'message.updated': {
    data: messageResponseSchema,
    description: 'A message was edited, pinned or unpinned.',
  },
  'message.deleted': { data: messageResponseSchema, description: 'A message was deleted: its tombstone.' },
  'reaction.added': { data: reactionEventSchema, description: 'Somebody set an emoji under a message.' },
  'reaction.removed': { data: reactionEventSchema, description: 'Somebody took an emoji away.' },
  'receipt.delivered': {
    data: receiptSchema,
    description: 'A device of a member has got all messages up to a seq.',
  },
  'receipt.read': { data: receiptSchema, description: 'A member has read all messages up to a seq.' },
  'conversation.created': {
    data: conversationResponseSchema,
    description: 'I have begun a conversation, or am in one from now on.',
  },
  'conversation.updated': {
    data: conversationResponseSchema,
    description: 'A conversation of mine was renamed, or set up in another way.',
  },
  'conversation.deleted': {
    data: conversationDeletedSchema,
    description: 'A conversation of mine has ended: nothing of it comes any more.',
  },
  'member.added': { data: memberEventSchema, description: 'Somebody, perhaps I, came into a conversation.' },
  'member.updated': { data: memberEventSchema, description: 'A member has another role.' },
  'member.removed': {
    data: memberEventSchema,
    description: 'Somebody left, or was removed. If it was I, nothing more of the conversation comes.',
  },
  'contact.added': {
    data: contactResponseSchema,
    description: 'I have put somebody among my contacts, or a request was accepted.',
  },
  'contact.updated': { data: contactResponseSchema, description: 'I note something else of a contact.' },
  'contact.removed': { data: contactRemovedSchema, description: 'Somebody is no contact of mine any more.' },
  'contact_request.added': {
    data: contactRequestResponseSchema,
    description: 'Somebody asks me to be their contact, or a device of mine has asked somebody.',
  },
  'contact_request.removed': {
    data: contactRequestRemovedSchema,
    description: 'The request between this user and me is over: accepted, declined or cancelled.',
  },
  'user.updated': {
    data: userResponseSchema,
    description: 'My profile has changed, or that of a user whom I hear of.',
  },
  'broadcast.published': { data: broadcastResponseSchema, description: 'An announcement for me.' },
  'broadcast.updated': { data: broadcastResponseSchema, description: 'An announcement was changed.' },
  'broadcast.recalled': {
    data: broadcastResponseSchema,
    description: 'An announcement was taken back: it shows nothing any more of what it said.',
  },
  'support.updated': {
    data: requestResponseSchema,
    description: 'A request of mine, or of a support team whose agent I am, was opened or has changed.',
  },
  'support.position': {
    data: positionEventSchema,
    description: 'Where my request is in the queue now. Shown near the head of a queue only.',
    isEphemeral: true,
  },
  'conversation.synced': {
    data: standingSchema,
    description:
      'End of a conversation’s replay: the client holds all up to this rev, and drops later what is not above it.',
  },
  'mailbox.gap': {
    data: gapSchema,
    description:
      'Too much was missed to replay it: the rest is to be had from the history, both seqs included.',
  },
  'typing.started': {
    data: typingEventSchema,
    description: 'Another member types. Comes again from time to time while it lasts.',
    isEphemeral: true,
  },
  'typing.stopped': {
    data: typingEventSchema,
    description: 'Another member types no more.',
    isEphemeral: true,
  },
  'draft.updated': {
    data: draftEventSchema,
    description: 'A device of mine has saved a draft, or forgotten it.',
    isEphemeral: true,
  },
  'presence.changed': {
    data: presenceEventSchema,
    description:
      'Somebody with whom I have a direct conversation, or whom I watch, came, left or is otherwise. Of myself: what another device of mine has said.',
    isEphemeral: true,
  },
  'presence.reminder': {
    data: presenceReminderSchema,
    description: 'A contact of whom I want to be reminded has come, or gone.',
    isEphemeral: true,
  },
  'session.revoked': {
    data: revocationSchema,
    description: 'This connection’s login has ended, and the connection with it.',
    isEphemeral: true,
  },
  'server.draining': {
    data: drainingSchema,
    description: 'The node leaves: come back after this time.',
    isEphemeral: true,
  },
} as const satisfies Partial<Record<EventType, EventDescription>>;

const envelopes = Object.entries<EventDescription>(eventSchemas).map(
  ([type, event]) => [type, envelopeOf(type, event)] as const,
);

/** Each event as it is sent, by its type. */
export const eventEnvelopes = Object.fromEntries(envelopes);

/** One event with its envelope, on every door. */
export const eventSchema = z
  .discriminatedUnion('type', envelopes.map(([, envelope]) => envelope) as [Envelope])
  .meta({ id: 'Event', description: 'One event; its type says what the data holds.' });

export const readySchema = z
  .object({
    userId: idSchema,
    sessionId: idSchema.meta({ description: 'Of the login.' }),
    cursor: cursorSchema.meta({ description: 'Where delivery starts: resuming from it loses nothing.' }),
    resumed: z.boolean().meta({
      description: 'Whether every event after the given cursor comes exactly once.',
      examples: [true],
    }),
  })
  .meta({
    id: 'Ready',
    description: 'The first thing that a connection is told. It may come again, when delivery started anew.',
  }) satisfies z.ZodType<Ready>;

type Envelope = ReturnType<typeof envelopeOf>;

function envelopeOf(type: string, { data, description, isEphemeral }: EventDescription) {
  return z
    .object({
      cursor: isEphemeral ? z.null() : cursorSchema,
      type: z.literal(type),
      at: timestampSchema,
      data,
    })
    .meta({ id: nameOf(type), description });
}

/** `message.created` becomes `MessageCreated`, `contact_request.added` becomes `ContactRequestAdded`. */
function nameOf(type: string): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
