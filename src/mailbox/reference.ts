/** Every stored event, by the code under which a mailbox keeps it. */
const codes = {
  'message.created': 'mc',
  'message.updated': 'mu',
  'message.deleted': 'md',
  'reaction.added': 'ra',
  'reaction.removed': 'rr',
  'receipt.delivered': 'dd',
  'receipt.read': 'dr',
  'conversation.created': 'cc',
  'conversation.updated': 'cu',
  'conversation.deleted': 'cd',
  'member.added': 'ba',
  'member.updated': 'bu',
  'member.removed': 'br',
  'broadcast.published': 'np',
  'broadcast.updated': 'nu',
  'broadcast.recalled': 'nr',
  'contact.added': 'ka',
  'contact.updated': 'ku',
  'contact.removed': 'kr',
  'contact_request.added': 'qa',
  'contact_request.removed': 'qr',
  'user.updated': 'uu',
  'support.updated': 'su',
} as const;

export type StoredEventType = keyof typeof codes;

const types = new Map<string, StoredEventType>(
  Object.entries(codes).map(([type, code]) => [code, type as StoredEventType]),
);

/**
 * What a mailbox entry holds: which event about which thing, never the thing itself, so that what was deleted
 * can't come back out of a mailbox. Tens of bytes.
 */
export interface Reference {
  readonly type: StoredEventType;
  /** Empty for events outside conversations. */
  readonly conversationId: string;
  /** The conversation's rev of this change; 0 for events that are not numbered (receipts, contacts, broadcasts). */
  readonly rev: number;
  /** The message's seq, or 0. */
  readonly seq: number;
  /** A user (sender, member, reader), a broadcast: whom or what the event is about besides; perhaps empty. */
  readonly subject: string;
  /** Free text without control characters, such as an emoji; perhaps empty. */
  readonly detail?: string;
}

export function encodeReference(reference: Reference): string {
  const { type, conversationId, rev, seq, subject, detail } = reference;
  return `${codes[type]},${conversationId},${rev},${seq},${subject}${detail ? `,${detail}` : ''}`;
}

/** Undefined for an entry written by a newer version: its readers of this version skip it. */
export function decodeReference(text: string): Reference | undefined {
  const [code = '', conversationId = '', rev = '', seq = '', subject = '', ...detail] = text.split(',');
  const type = types.get(code);
  if (!type) return undefined;
  const numbers = { rev: Number(rev), seq: Number(seq) };
  return {
    type,
    conversationId,
    ...numbers,
    subject,
    detail: detail.length > 0 ? detail.join(',') : undefined,
  };
}
