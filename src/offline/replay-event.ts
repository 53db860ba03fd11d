import type { ConversationView } from '../conversations/conversations.dto.js';
import { memberEventOf } from '../conversations/members.dto.js';
import type { Member } from '../ledger/member.entity.js';
import type { MessageView } from '../ledger/message.dto.js';
import { type EventType, MailboxEvent, envelopeBody } from '../mailbox/event.js';
import type { Missed } from '../messaging/missed.store.js';
import { type ReplayPlan, placeIn } from './replay-plan.js';

/** An event of a replay, and where to go on after it. */
export interface ReplayEvent {
  readonly type: EventType;
  readonly at: Date;
  readonly data: unknown;
  readonly cursor: string;
}

export const toMailboxEvent = ({ type, at, data, cursor }: ReplayEvent): MailboxEvent =>
  new MailboxEvent(cursor, type, envelopeBody(type, at, data));

/** A membership as it is now, by what the client knows of it. */
export const memberEvent = (member: Member, sinceRev: number, cursor: string): ReplayEvent => ({
  type: member.removedAt ? 'member.removed' : member.joinedRev > sinceRev ? 'member.added' : 'member.updated',
  at: member.removedAt ?? member.joinedAt,
  data: memberEventOf(member),
  cursor,
});

export const createdEvent = (conversation: ConversationView, cursor: string): ReplayEvent => ({
  type: 'conversation.created',
  at: new Date(conversation.createdAt),
  data: { conversation },
  cursor,
});

export const messageEvent = (type: EventType, message: MessageView, cursor: string): ReplayEvent => ({
  type,
  at: new Date((type !== 'message.created' && (message.deletedAt ?? message.editedAt)) || message.createdAt),
  data: { message },
  cursor,
});

export const gapEvent = (
  plan: ReplayPlan,
  { conversationId, toSeq, sinceRev }: Missed,
  fromSeq: number,
): ReplayEvent => ({
  type: 'mailbox.gap',
  at: new Date(),
  data: { conversationId, fromSeq, toSeq, sinceRev },
  cursor: placeIn(plan, conversationId, toSeq),
});
