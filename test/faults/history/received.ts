import type { Received } from '../../support/chat-client.js';
import type { EventRecord } from './record.js';

/** What the checker wants to know of an event. */
export function recordOf(
  connection: string,
  { type, cursor, data }: Received,
): Omit<EventRecord, 'at' | 'process'> {
  const { message, member, conversation, broadcast } = data;
  const common = { operation: 'event' as const, connection, type, cursor };
  if (message !== undefined)
    return {
      ...common,
      conversation: message.conversationId,
      seq: message.seq,
      rev: message.rev,
      sender: message.senderId,
      key: message.clientId,
      value: message.text,
    };
  return {
    ...common,
    conversation: data.conversationId ?? conversation?.id,
    seq: data.seq ?? data.lastSeq ?? data.toSeq,
    rev: data.rev ?? conversation?.rev,
    member: member?.userId,
    user: data.userId,
    emoji: data.emoji,
    broadcast: broadcast?.id,
    value: broadcast?.body,
    fromSeq: data.fromSeq,
  };
}
