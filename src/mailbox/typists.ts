import { Injectable } from '@nestjs/common';
import { Attachments } from './attachments.js';
import { MailboxEvent, envelopeBody } from './event.js';
import type { TypingNotice } from './notice.js';
import type { Reference } from './reference.js';

/** Milliseconds after which somebody who was not heard of again has stopped typing. */
export const TYPING_MS = 5_000;
/** Milliseconds in which the same users are told once, however often somebody begins. */
const REPEAT_MS = 3_000;
/** Typists of one conversation that are shown at a time: nobody reads more names. */
const PER_CONVERSATION = 20;

interface Typist {
  /** Users of this node who were told, and when they were last. */
  readonly told: Map<string, number>;
  timer: NodeJS.Timeout;
}

/**
 * Who types, as the connections of this node were told. Each node ends by itself what it has shown, so that nobody is
 * seen typing for ever, whichever connection or node of the typist has died.
 */
@Injectable()
export class Typists {
  private readonly byConversation = new Map<string, Map<string, Typist>>();

  constructor(private readonly attachments: Attachments) {}

  note({ conversationId, userId, isTyping }: TypingNotice, tell: readonly string[]): void {
    if (isTyping) this.begin(conversationId, userId, tell);
    else this.end(conversationId, userId);
  }

  /** Whoever has sent a message has stopped typing it; whoever is gone from a conversation hears no more of it. */
  follow({ type, conversationId, subject }: Reference): void {
    const typists = this.byConversation.get(conversationId);
    if (!typists) return;
    const isGone = type === 'member.removed' || type === 'conversation.deleted';
    if (isGone) for (const { told } of typists.values()) told.delete(subject);
    if (isGone || type === 'message.created') this.end(conversationId, subject);
  }

  private begin(conversationId: string, userId: string, tell: readonly string[]): void {
    const typists = this.byConversation.get(conversationId) ?? new Map<string, Typist>();
    const known = typists.get(userId);
    if (!known && typists.size >= PER_CONVERSATION) return;
    this.byConversation.set(conversationId, typists);
    clearTimeout(known?.timer);
    const told = known?.told ?? new Map<string, number>();
    const timer = setTimeout(() => this.end(conversationId, userId), TYPING_MS).unref();
    typists.set(userId, { told, timer });
    const now = performance.now();
    const due = tell.filter((member) => now - (told.get(member) ?? -Infinity) >= REPEAT_MS);
    for (const member of due) told.set(member, now);
    this.show('typing.started', { conversationId, userId }, due);
  }

  private end(conversationId: string, userId: string): void {
    const typists = this.byConversation.get(conversationId);
    const typist = typists?.get(userId);
    if (!typists || !typist) return;
    clearTimeout(typist.timer);
    typists.delete(userId);
    if (typists.size === 0) this.byConversation.delete(conversationId);
    this.show('typing.stopped', { conversationId, userId }, [...typist.told.keys()]);
  }

  private show(
    type: 'typing.started' | 'typing.stopped',
    data: { readonly conversationId: string; readonly userId: string },
    members: readonly string[],
  ): void {
    const event = new MailboxEvent(null, type, envelopeBody(type, new Date(), data));
    for (const member of members) this.attachments.show(member, event, data.conversationId);
  }
}
