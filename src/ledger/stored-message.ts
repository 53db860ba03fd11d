import type { Reference } from '../mailbox/reference.js';
import type {
  AttachedFile,
  FoldedReaction,
  ForwardedFrom,
  MessageType,
  SystemNote,
} from './message.entity.js';

/** What a message says: all that its deletion takes away. */
export interface MessageContent {
  readonly text: string | null;
  readonly attachments: readonly AttachedFile[] | null;
  readonly replyTo: number | null;
  readonly threadOf: number | null;
  readonly mentions: readonly string[] | null;
  readonly mentionAll: boolean;
  readonly forwarded: ForwardedFrom | null;
  readonly metadata: Record<string, unknown> | null;
}

export const noContent: MessageContent = {
  text: null,
  attachments: null,
  replyTo: null,
  threadOf: null,
  mentions: null,
  mentionAll: false,
  forwarded: null,
  metadata: null,
};

/** A message as its row holds it. */
export interface StoredMessage extends MessageContent {
  readonly conversationId: string;
  readonly seq: number;
  readonly id: string;
  readonly createdRev: number;
  readonly rev: number;
  readonly type: MessageType;
  readonly senderId: string;
  readonly sendKey: string;
  readonly digest: Buffer;
  readonly threadCount: number;
  readonly reactions: readonly FoldedReaction[] | null;
  readonly pinned: boolean;
  readonly system: SystemNote | null;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

/** A message before it has its numbers: the commit gives it seq, rev and time. */
export type MessageDraft = MessageContent &
  Pick<StoredMessage, 'conversationId' | 'id' | 'type' | 'senderId' | 'sendKey' | 'digest'>;

const columns = [
  'conversationId',
  'seq',
  'id',
  'createdRev',
  'rev',
  'type',
  'senderId',
  'sendKey',
  'digest',
  'text',
  'attachments',
  'replyTo',
  'threadOf',
  'threadCount',
  'mentions',
  'mentionAll',
  'forwarded',
  'metadata',
  'reactions',
  'pinned',
  'system',
  'createdAt',
  'editedAt',
  'deletedAt',
] as const satisfies readonly (keyof StoredMessage)[];

/** Kept as text. */
const jsonColumns = ['attachments', 'mentions', 'forwarded', 'metadata', 'reactions', 'system'] as const;
type JsonColumn = (typeof jsonColumns)[number];

export const messageColumns = columns.map((column) => `\`${column}\``).join(', ');

/** In the order of `messageColumns`. */
export const messageValues = (message: StoredMessage): unknown[] =>
  columns.map((column) => (isJson(column) ? toJson(message[column]) : message[column]));

/** A row as the driver reads it. */
export type MessageRow = Omit<StoredMessage, JsonColumn | 'pinned' | 'mentionAll'> &
  Readonly<Record<JsonColumn, string | null>> & { readonly pinned: number; readonly mentionAll: number };

export const messageFromRow = (row: MessageRow): StoredMessage => ({
  ...row,
  attachments: fromJson(row.attachments),
  mentions: fromJson(row.mentions),
  mentionAll: Boolean(row.mentionAll),
  forwarded: fromJson(row.forwarded),
  metadata: fromJson(row.metadata),
  reactions: fromJson(row.reactions),
  pinned: Boolean(row.pinned),
  system: fromJson(row.system),
});

const isJson = (column: string): column is JsonColumn => (jsonColumns as readonly string[]).includes(column);
const toJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const fromJson = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

/** What the members hear of a new message. */
export const creation = (message: StoredMessage): Reference => ({
  type: 'message.created',
  conversationId: message.conversationId,
  rev: message.createdRev,
  seq: message.seq,
  subject: message.senderId,
});

const CLIENT_KEY = 'c:';
const OWN_KEY = 'i:';

/** What makes a send repeatable: the sender's clientId, or else the id that the message got before its first attempt. */
export const sendKeyOf = (clientId: string | undefined, id: string): string =>
  clientId === undefined ? OWN_KEY + id : CLIENT_KEY + clientId;

export const clientIdOf = ({ sendKey }: Pick<StoredMessage, 'sendKey'>): string | null =>
  sendKey.startsWith(CLIENT_KEY) ? sendKey.slice(CLIENT_KEY.length) : null;
