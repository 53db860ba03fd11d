import { Injectable } from '@nestjs/common';
import { type MemberEvent, memberEventOf } from '../conversations/members.dto.js';
import { Memberships } from '../conversations/memberships.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import type { ConversationView } from '../conversations/conversations.dto.js';
import type { Member } from '../ledger/member.entity.js';
import type { MessageView } from '../ledger/message.dto.js';
import { type Position, formatPosition } from '../mailbox/cursor.js';
import { MailboxEvent, envelopeBody } from '../mailbox/event.js';
import type { Reference } from '../mailbox/reference.js';
import { MissedMessages } from '../messaging/missed-messages.js';
import { reactionOf } from '../messaging/reaction-event.js';
import { receiptOf } from '../messaging/receipts/receipt-rules.js';
import { Announcements } from './announcements.js';
import { PersonalEvents } from './personal-events.js';

/** A mailbox entry that this version can read. */
export interface Referenced {
  readonly position: Position;
  readonly reference: Reference;
}

/** What an entry shows. */
export interface Hydrated {
  /** Undefined for what is no longer there, or not for the user to see. */
  readonly event: MailboxEvent | undefined;
  /** Since which rev of the entry's conversation the user is a member; undefined where they are none. */
  readonly memberSince: number | undefined;
}

interface Things {
  readonly userId: string;
  readonly memberships: ReadonlyMap<string, Member>;
  readonly members: ReadonlyMap<string, MemberEvent>;
  readonly messages: ReadonlyMap<string, MessageView>;
  readonly conversations: ReadonlyMap<string, ConversationView>;
  /** By reference: what events outside all conversations show. */
  readonly personal: ReadonlyMap<Reference, unknown>;
}

/** Turns references back into events, showing each thing as it is now: a page of entries costs a few questions. */
@Injectable()
export class Hydration {
  constructor(
    private readonly missed: MissedMessages,
    private readonly memberships: Memberships,
    private readonly conversations: ConversationsService,
    private readonly personal: PersonalEvents,
    private readonly announcements: Announcements,
  ) {}

  /**
   * What each entry shows, in their order: nothing of what is no longer there, and of conversations that the user is no
   * member of any more, their end excepted: what they missed before it is not theirs to get now. Nor is it when they have
   * become a member again since: it is in the history, as far as that is theirs to see.
   */
  async events(userId: string, entries: readonly Referenced[]): Promise<Hydrated[]> {
    const things = await this.fetch(
      userId,
      entries.map(({ reference }) => reference),
    );
    return entries.map(({ position, reference }) => {
      const data = dataOf(reference, things);
      const memberSince = things.memberships.get(reference.conversationId)?.joinedRev;
      if (data === undefined) return { event: undefined, memberSince };
      const body = envelopeBody(reference.type, new Date(position.ms), data);
      return { event: new MailboxEvent(formatPosition(position), reference.type, body), memberSince };
    });
  }

  private async membersIn(references: readonly Reference[]): Promise<Member[]> {
    const users = new Map<string, string[]>();
    for (const { type, conversationId, subject } of references) {
      if (type.startsWith('member.'))
        users.set(conversationId, [...(users.get(conversationId) ?? []), subject]);
    }
    const found = [...users].map(([conversationId, userIds]) => this.memberships.of(conversationId, userIds));
    return (await Promise.all(found)).flat();
  }

  private async fetch(userId: string, references: readonly Reference[]): Promise<Things> {
    const conversationIds = [...new Set(references.flatMap(({ conversationId }) => conversationId || []))];
    const announced = references
      .filter(({ type }) => type.startsWith('conversation.'))
      .map(({ conversationId }) => conversationId);
    const isAnnouncement = ({ type }: Reference): boolean => type.startsWith('broadcast.');
    const outside = references.filter(({ conversationId }) => conversationId === '');
    const ofNoConversation = outside.filter((reference) => !isAnnouncement(reference));
    const announcements = outside.filter(isAnnouncement);
    const [memberships, members, found, conversations, personal, broadcasts] = await Promise.all([
      this.memberships.among(userId, conversationIds),
      this.membersIn(references),
      this.missed.at(references.filter(({ type }) => type.startsWith('message.'))),
      this.conversations.findMany(userId, [...new Set(announced)]),
      this.personal.dataOf(userId, ofNoConversation),
      this.announcements.dataOf(userId, announcements),
    ]);
    const messages = await this.missed.shown(
      found,
      ({ conversationId, seq }) => seq > (memberships.get(conversationId)?.visibleAfterSeq ?? Infinity),
    );
    return {
      userId,
      memberships,
      members: new Map(
        members.map((member) => [`${member.conversationId} ${member.userId}`, memberEventOf(member)]),
      ),
      messages: new Map(messages.map((message) => [`${message.conversationId} ${message.seq}`, message])),
      conversations: new Map(conversations.map((conversation) => [conversation.id, conversation])),
      personal: new Map([
        ...ofNoConversation.map((reference, i) => [reference, personal[i]] as const),
        ...announcements.map((reference, i) => [reference, broadcasts[i]] as const),
      ]),
    };
  }
}

const isOwnEnd = ({ type, subject }: Reference, userId: string): boolean =>
  (type === 'member.removed' || type === 'conversation.deleted') && subject === userId;

/** Undefined when there is nothing to show; also for events that this version does not know yet. */
function dataOf(reference: Reference, things: Things): unknown {
  const { memberships, members, messages, conversations } = things;
  if (reference.conversationId === '') return things.personal.get(reference);
  const membership = memberships.get(reference.conversationId);
  const isOfNow = membership && (reference.rev === 0 || reference.rev >= membership.joinedRev);
  if (!isOfNow && !isOwnEnd(reference, things.userId)) return undefined;
  if (membership && reference.seq > 0 && reference.rev > 0 && reference.seq <= membership.visibleAfterSeq)
    return undefined;
  switch (reference.type) {
    case 'message.created':
    case 'message.updated':
    case 'message.deleted': {
      const message = messages.get(`${reference.conversationId} ${reference.seq}`);
      return message && { message };
    }
    case 'conversation.created':
    case 'conversation.updated': {
      const conversation = conversations.get(reference.conversationId);
      return conversation && { conversation };
    }
    case 'conversation.deleted':
      return { conversationId: reference.conversationId };
    case 'member.added':
    case 'member.updated':
    case 'member.removed':
      return members.get(`${reference.conversationId} ${reference.subject}`);
    case 'reaction.added':
    case 'reaction.removed':
      return reactionOf(reference);
    case 'receipt.delivered':
    case 'receipt.read':
      return receiptOf(reference);
    default:
      return undefined;
  }
}
