import { type EphemeralType, envelopeBody } from './event.js';

/** Somebody begins to type, goes on typing, or has ended, in a conversation. */
export interface TypingNotice {
  readonly kind: 'typing';
  readonly conversationId: string;
  readonly userId: string;
  readonly isTyping: boolean;
}

/** What is shown at once to whoever of some users is connected, and never stored. */
export type Notice =
  | TypingNotice
  /** An event like any other, but without a cursor. */
  | { readonly kind: 'event'; readonly type: EphemeralType; readonly data: unknown };

/** As a node receives it: an event's envelope was encoded once, by whoever published it. */
export type PublishedNotice =
  TypingNotice | { readonly kind: 'event'; readonly type: EphemeralType; readonly body: string };

export function encodeNotice(notice: Notice): string {
  if (notice.kind === 'typing') return JSON.stringify(notice);
  const { kind, type, data } = notice;
  return JSON.stringify({ kind, type, body: envelopeBody(type, new Date(), data) });
}

/** Users and what they are to be shown; undefined for what a newer version published. */
export function decodePublication(
  text: string,
): { readonly userIds: readonly string[]; readonly notice: PublishedNotice } | undefined {
  const end = text.indexOf('\n');
  const notice = JSON.parse(text.slice(end + 1)) as PublishedNotice | { readonly kind: 'other' };
  if (notice.kind !== 'typing' && notice.kind !== 'event') return undefined;
  return { userIds: text.slice(0, end).split(','), notice };
}
